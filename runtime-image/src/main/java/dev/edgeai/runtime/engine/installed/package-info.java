/** The engines of this image, by name and by the model file of a source. */
@NullMarked
package dev.edgeai.runtime.engine.installed;

import org.jspecify.annotations.NullMarked;
