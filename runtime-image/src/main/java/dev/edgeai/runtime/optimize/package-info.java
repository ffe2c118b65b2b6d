/** An optimization run on this machine, without a cluster: the operator's state machine with local hands. */
@NullMarked
package dev.edgeai.runtime.optimize;

import org.jspecify.annotations.NullMarked;
