/** The EdgeModel reconciler: gather, ask the planner, apply. */
@NullMarked
package dev.edgeai.operator.rollout;

import org.jspecify.annotations.NullMarked;
