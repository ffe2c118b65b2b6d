/** What can be tried on a model: frameworks, their techniques and when one applies. */
@NullMarked
package dev.edgeai.planner.technique;

import org.jspecify.annotations.NullMarked;
