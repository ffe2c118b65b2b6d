/** Which certified version a target should serve, and when it takes up a new runtime. */
@NullMarked
package dev.edgeai.planner.version;

import org.jspecify.annotations.NullMarked;
