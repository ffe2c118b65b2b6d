/** Whether a variant is good enough: gates, their statistics and words. */
@NullMarked
package dev.edgeai.planner.gate;

import org.jspecify.annotations.NullMarked;
