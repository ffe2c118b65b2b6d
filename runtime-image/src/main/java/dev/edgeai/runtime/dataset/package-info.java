/**
 * Datasets as a model takes them, arrays and text from files that are not trusted, and how outputs become the answer that
 * a label is compared with.
 */
@NullMarked
package dev.edgeai.runtime.dataset;

import org.jspecify.annotations.NullMarked;
