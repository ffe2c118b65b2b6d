/** The life of a serving process: it loads, infers a few times, serves until it is told to end, and drains. */
@NullMarked
package dev.edgeai.runtime.server.process;

import org.jspecify.annotations.NullMarked;
