/** Datasets, answers and task metrics: how good a model is, with intervals. */
@NullMarked
package dev.edgeai.runtime.evaluate;

import org.jspecify.annotations.NullMarked;
