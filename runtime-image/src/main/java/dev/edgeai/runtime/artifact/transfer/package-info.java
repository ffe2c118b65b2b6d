/** Bytes on their way: checked while they pass, given up when they stand still, asked for again when nobody answers. */
@NullMarked
package dev.edgeai.runtime.artifact.transfer;

import org.jspecify.annotations.NullMarked;
