/** Measurements that are run by hand; see runtime-image/bench. */
@NullMarked
package dev.edgeai.runtime.bench;

import org.jspecify.annotations.NullMarked;
