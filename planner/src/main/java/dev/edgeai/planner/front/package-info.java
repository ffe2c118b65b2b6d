/** Which of the variants that pass none beats in everything, and which one is recommended. */
@NullMarked
package dev.edgeai.planner.front;

import org.jspecify.annotations.NullMarked;
