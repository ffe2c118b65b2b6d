/** What a model's file says of it, read without running it and without loading its weights. */
@NullMarked
package dev.edgeai.runtime.assess;

import org.jspecify.annotations.NullMarked;
