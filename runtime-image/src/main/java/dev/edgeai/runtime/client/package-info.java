/** The other side of the model server: single predictions, and the warm-up that proves a preview Service. */
@NullMarked
package dev.edgeai.runtime.client;

import org.jspecify.annotations.NullMarked;
