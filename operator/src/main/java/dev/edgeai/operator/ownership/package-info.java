/** The only way to write to the cluster for a model: an object that is not its own is never touched. */
@NullMarked
package dev.edgeai.operator.ownership;

import org.jspecify.annotations.NullMarked;
