package dev.edgeai.runtime.server.completion;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Turns bytes of tokens into text: holds back parts of a character and what may become a stop sequence. */
final class TextPieces {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final List<String> stops;
    private byte[] undecoded = {};
    private String held = "";
    private boolean stopped;

    TextPieces(List<String> stops) {
        this.stops = stops;
    }

    boolean stopped() {
        return stopped;
    }

    /** Text that is certain after these bytes too; may be empty. */
    String add(byte[] bytes) {
        return release(decode(bytes, false), false);
    }

    /** What was held back, at the end. */
    String rest() {
        return stopped ? "" : release(decode(new byte[0], true), true);
    }

    private String decode(byte[] bytes, boolean end) {
        ByteBuffer in = ByteBuffer.allocate(undecoded.length + bytes.length)
                .put(undecoded)
                .put(bytes)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining() + 2);
        decoder.decode(in, out, end);
        undecoded = new byte[in.remaining()];
        in.get(undecoded);
        return out.flip().toString();
    }

    private String release(String text, boolean end) {
        String all = held + text;
        int first = stops.stream()
                .mapToInt(all::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
        if (first >= 0) {
            stopped = true;
            held = "";
            return all.substring(0, first);
        }
        int keep = end
                ? 0
                : stops.stream().mapToInt(stop -> overlap(all, stop)).max().orElse(0);
        held = all.substring(all.length() - keep);
        return all.substring(0, all.length() - keep);
    }

    /** Length of the longest end of the text that a stop sequence begins with. */
    private static int overlap(String text, String stop) {
        int length = Math.min(text.length(), stop.length() - 1);
        while (length > 0 && !text.endsWith(stop.substring(0, length))) {
            length--;
        }
        return length;
    }
}
