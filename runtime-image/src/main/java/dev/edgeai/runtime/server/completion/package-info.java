/** Text from a language model, as OpenAI's API has it: completions of a text and of a conversation, whole or streamed. */
@NullMarked
package dev.edgeai.runtime.server.completion;

import org.jspecify.annotations.NullMarked;
