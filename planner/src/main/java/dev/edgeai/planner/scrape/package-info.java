/** What the pods' own metrics say: readings of counters, and what was answered between two of them. */
@NullMarked
package dev.edgeai.planner.scrape;

import org.jspecify.annotations.NullMarked;
