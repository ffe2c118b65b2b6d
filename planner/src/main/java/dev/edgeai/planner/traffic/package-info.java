/** Shares of the traffic, and which of them so many pods can give. */
@NullMarked
package dev.edgeai.planner.traffic;

import org.jspecify.annotations.NullMarked;
