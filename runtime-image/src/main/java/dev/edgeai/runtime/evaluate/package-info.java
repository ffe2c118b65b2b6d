/** Task metrics, robustness and comparisons of a model with its baseline: how good a model is, with intervals. */
@NullMarked
package dev.edgeai.runtime.evaluate;

import org.jspecify.annotations.NullMarked;
