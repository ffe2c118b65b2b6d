/** Accelerator profiles and the nodes they stand for. */
@NullMarked
package dev.edgeai.operator.accelerator;

import org.jspecify.annotations.NullMarked;
