/** A tag that moved under a model's source. */
@NullMarked
package dev.edgeai.planner.source;

import org.jspecify.annotations.NullMarked;
