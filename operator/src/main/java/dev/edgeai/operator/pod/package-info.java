/** What the status of any pod says, and what a container's end means. */
@NullMarked
package dev.edgeai.operator.pod;

import org.jspecify.annotations.NullMarked;
