/** The command line: one program, {@code edgeai}, one class a verb, results as text or JSON. */
@NullMarked
package dev.edgeai.runtime.cli;

import org.jspecify.annotations.NullMarked;
