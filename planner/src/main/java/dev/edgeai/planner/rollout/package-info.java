/** Decisions of a rollout: how a certified variant takes over, and when it is taken back. */
@NullMarked
package dev.edgeai.planner.rollout;

import org.jspecify.annotations.NullMarked;
