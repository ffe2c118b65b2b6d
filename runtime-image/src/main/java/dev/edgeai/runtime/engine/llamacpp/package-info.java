/** llama.cpp through its C API: language models in GGUF. */
@NullMarked
package dev.edgeai.runtime.engine.llamacpp;

import org.jspecify.annotations.NullMarked;
