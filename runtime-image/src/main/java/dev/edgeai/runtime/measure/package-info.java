/** One trial's measurement: what the {@code measure} container does. */
@NullMarked
package dev.edgeai.runtime.measure;

import org.jspecify.annotations.NullMarked;
