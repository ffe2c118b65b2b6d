/** What a verb prints: its result as text or JSON, and the texts of the longer ones. */
@NullMarked
package dev.edgeai.runtime.cli.output;

import org.jspecify.annotations.NullMarked;
