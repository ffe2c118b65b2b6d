/**
 * The model server: Open Inference Protocol v2 over HTTP/1.1, with JSON tensors and the binary tensor extension, and
 * Prometheus metrics.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md">Binary
 *     tensor data extension</a>
 */
@NullMarked
package dev.edgeai.runtime.server;

import org.jspecify.annotations.NullMarked;
