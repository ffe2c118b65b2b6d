/**
 * The model server, whatever kind of model it serves: HTTP/1.1, health and metadata in the Open Inference Protocol v2,
 * the admission and the count of each request, Prometheus metrics, draining.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>
 */
@NullMarked
package dev.edgeai.runtime.server;

import org.jspecify.annotations.NullMarked;
