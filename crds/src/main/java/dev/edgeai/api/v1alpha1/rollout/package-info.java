/** How a version takes over from another, and what is watched meanwhile. */
@NullMarked
package dev.edgeai.api.v1alpha1.rollout;

import org.jspecify.annotations.NullMarked;
