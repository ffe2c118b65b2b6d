/** One interface over the inference engines, so that the engine that measures a variant is the engine that serves it. */
@NullMarked
package dev.edgeai.runtime.engine;

import org.jspecify.annotations.NullMarked;
