/** The report of a run: facts from its spec and status, as JSON and as one self-contained page. */
@NullMarked
package dev.edgeai.runtime.report;

import org.jspecify.annotations.NullMarked;
