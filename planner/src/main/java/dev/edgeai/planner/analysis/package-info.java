/** What live metrics say of a version, compared with its like at the same time. */
@NullMarked
package dev.edgeai.planner.analysis;

import org.jspecify.annotations.NullMarked;
