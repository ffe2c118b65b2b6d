/** Makes the weights of a rollout true, and tells what is true. */
@NullMarked
package dev.edgeai.operator.traffic;

import org.jspecify.annotations.NullMarked;
