/** Options that several verbs share, and what they stand for. */
@NullMarked
package dev.edgeai.runtime.cli.options;

import org.jspecify.annotations.NullMarked;
