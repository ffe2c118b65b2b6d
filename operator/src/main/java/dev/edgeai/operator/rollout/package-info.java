/** One target of an EdgeModel: what is there is gathered, the planner decides, and its decision is made true. */
@NullMarked
package dev.edgeai.operator.rollout;

import org.jspecify.annotations.NullMarked;
