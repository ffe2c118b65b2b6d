/** What can be seen of a target: its objects, what its containers said, and its live metrics. */
@NullMarked
package dev.edgeai.operator.observation;

import org.jspecify.annotations.NullMarked;
