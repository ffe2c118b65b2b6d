/** OptimizationRun: one search, from its Jobs to its status. */
@NullMarked
package dev.edgeai.operator.optimization;

import org.jspecify.annotations.NullMarked;
