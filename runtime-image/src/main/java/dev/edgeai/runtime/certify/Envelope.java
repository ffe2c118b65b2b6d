package dev.edgeai.runtime.certify;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.edgeai.planner.Json;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A DSSE envelope with one signature.
 *
 * @param payloadType media type of the payload
 * @param payload Base64 of what is signed
 * @param signatures exactly one
 * @see <a href="https://github.com/secure-systems-lab/dsse">DSSE specification 1.0</a>
 */
@JsonPropertyOrder({"payloadType", "payload", "signatures"})
record Envelope(String payloadType, String payload, List<Signed> signatures) {
    static final String MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json";

    /**
     * A signature.
     *
     * @param keyid {@link TrustedKey#id()} of the signer
     * @param sig Base64 of the DER signature over {@link Envelope#authenticated}
     */
    @JsonPropertyOrder({"keyid", "sig"})
    record Signed(String keyid, String sig) {}

    static Envelope sign(String payloadType, byte[] payload, SigningKey key) {
        Base64.Encoder base64 = Base64.getEncoder();
        String signature = base64.encodeToString(key.sign(authenticated(payloadType, payload)));
        return new Envelope(
                payloadType,
                base64.encodeToString(payload),
                List.of(new Signed(key.trusted().id(), signature)));
    }

    /**
     * The payload, when a trusted key's owner signed it and not one byte of the envelope is other than {@link #sign} writes
     * it: whoever sees an envelope change knows that it was changed.
     *
     * @throws IOException why not, in half a sentence
     */
    static byte[] open(byte[] bytes, String payloadType, Trust trust) throws IOException {
        Envelope envelope;
        try {
            envelope = Json.read(new String(bytes, StandardCharsets.UTF_8), Envelope.class);
        } catch (IOException e) {
            throw new IOException("it is no DSSE envelope", e);
        }
        if (!envelope.hasOneSignature() || !Arrays.equals(envelope.toBytes(), bytes)) {
            throw new IOException("it is no DSSE envelope of this program, or was changed");
        }
        Signed signed = envelope.signatures().getFirst();
        TrustedKey key = trust.find(signed.keyid())
                .orElseThrow(() -> new IOException(
                        "it is signed by key %s, and %s is trusted".formatted(signed.keyid(), trust.ids())));
        byte[] payload = decode(envelope.payload());
        if (!envelope.payloadType().equals(payloadType)
                || !key.verifies(authenticated(envelope.payloadType(), payload), decode(signed.sig()))) {
            throw new IOException("its signature is wrong: it was changed after it was signed");
        }
        return payload;
    }

    @SuppressWarnings("ConstantValue") // what a registry sent may lack anything
    private boolean hasOneSignature() {
        return payloadType != null
                && payload != null
                && signatures != null
                && signatures.size() == 1
                && signatures.getFirst().keyid() != null
                && signatures.getFirst().sig() != null;
    }

    /** Strict: of the many texts that decode to the same bytes only the one that encoding gives. */
    private static byte[] decode(String base64) throws IOException {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            if (Base64.getEncoder().encodeToString(bytes).equals(base64)) {
                return bytes;
            }
        } catch (IllegalArgumentException _) {
            // said below
        }
        throw new IOException("it holds text that is no Base64");
    }

    /** What is signed: DSSE's pre-authentication encoding. */
    static byte[] authenticated(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        byte[] head = "DSSEv1 %d %s %d "
                .formatted(type.length, payloadType, payload.length)
                .getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(head, head.length + payload.length);
        System.arraycopy(payload, 0, all, head.length, payload.length);
        return all;
    }

    byte[] toBytes() {
        return Json.write(this).getBytes(StandardCharsets.UTF_8);
    }
}
