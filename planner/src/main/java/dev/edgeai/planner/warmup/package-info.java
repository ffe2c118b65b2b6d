/** How much a version is asked before its users, and what its answers say of it. */
@NullMarked
package dev.edgeai.planner.warmup;

import org.jspecify.annotations.NullMarked;
