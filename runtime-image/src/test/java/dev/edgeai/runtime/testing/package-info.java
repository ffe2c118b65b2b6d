/** Small real models for tests. */
@NullMarked
package dev.edgeai.runtime.testing;

import org.jspecify.annotations.NullMarked;
