/** What an optimization run does next, from its sources to its certificate. */
@NullMarked
package dev.edgeai.planner.run;

import org.jspecify.annotations.NullMarked;
