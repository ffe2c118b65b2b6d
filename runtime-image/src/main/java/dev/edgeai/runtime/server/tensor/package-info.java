/**
 * Inference over tensors in the Open Inference Protocol v2, with JSON tensors and the binary tensor extension.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">Open Inference Protocol</a>
 * @see <a
 *     href="https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md">Binary
 *     tensor data extension</a>
 */
@NullMarked
package dev.edgeai.runtime.server.tensor;

import org.jspecify.annotations.NullMarked;
