package dev.edgeai.runtime.certify;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PEM as RFC 7468 has it, one block. */
final class Pem {
    static final String PUBLIC_KEY = "PUBLIC KEY";
    static final String PRIVATE_KEY = "PRIVATE KEY";

    private static final int LINE = 64;

    private Pem() {}

    static String encode(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(type, base64);
    }

    /** Every block of this type, each a text that {@link #decode} reads. */
    static List<String> blocks(String type, String pem) {
        return Pattern.compile("-----BEGIN %1$s-----[^-]*-----END %1$s-----".formatted(type))
                .matcher(pem)
                .results()
                .map(MatchResult::group)
                .toList();
    }

    /**
     * Reads a block.
     *
     * @throws IllegalArgumentException there is none of this type
     */
    static byte[] decode(String type, String pem) {
        Matcher block = Pattern.compile("-----BEGIN %1$s-----([^-]*)-----END %1$s-----".formatted(type))
                .matcher(pem);
        if (!block.find()) {
            throw new IllegalArgumentException("no PEM block '%s'".formatted(type));
        }
        return Base64.getMimeDecoder().decode(block.group(1).getBytes(StandardCharsets.US_ASCII));
    }
}
