/** Latency, speed-up, CPU and energy of models, measured in alternation; see docs/measurement.md. */
@NullMarked
package dev.edgeai.runtime.benchmark;

import org.jspecify.annotations.NullMarked;
