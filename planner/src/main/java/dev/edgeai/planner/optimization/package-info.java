/** Decisions of an optimization run: what to try, what passed, what to recommend, what to do next. */
@NullMarked
package dev.edgeai.planner.optimization;

import org.jspecify.annotations.NullMarked;
