/**
 * Every decision as a pure function. No input or output, no Kubernetes client, no clock: what a decision looks at is an
 * argument, what it wants done is its result.
 */
@NullMarked
package dev.edgeai.planner;

import org.jspecify.annotations.NullMarked;
