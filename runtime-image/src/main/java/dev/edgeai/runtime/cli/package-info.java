/** The command line: one program, {@code edgeai}, one class a verb, results as text or JSON, exit codes for scripts. */
@NullMarked
package dev.edgeai.runtime.cli;

import org.jspecify.annotations.NullMarked;
