/** Builders of what serves a target: specification and configuration in, Kubernetes objects out. No client here. */
@NullMarked
package dev.edgeai.operator.delivery;

import org.jspecify.annotations.NullMarked;
