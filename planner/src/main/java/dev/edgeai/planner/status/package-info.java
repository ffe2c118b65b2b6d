/** Conditions as kstatus reads them, and the one list of reasons. */
@NullMarked
package dev.edgeai.planner.status;

import org.jspecify.annotations.NullMarked;
