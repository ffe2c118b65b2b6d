/** What a target's rollout does next: how a version takes over, and when it is taken back. */
@NullMarked
package dev.edgeai.planner.rollout;

import org.jspecify.annotations.NullMarked;
