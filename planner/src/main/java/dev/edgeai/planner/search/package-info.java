/** Which candidate is tried next: strategies, screening, what earlier runs taught. */
@NullMarked
package dev.edgeai.planner.search;

import org.jspecify.annotations.NullMarked;
