package dev.edgeai.operator.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A public key that certificates may be signed with: ECDSA on P-256.
 *
 * @param id SHA-256 of its {@code SubjectPublicKeyInfo}, as certificates name their key
 * @param pem X.509 SubjectPublicKeyInfo
 */
record PublicKeyPem(String id, String pem) {
    private static final int P256_BITS = 256;
    private static final String BEGIN = "-----BEGIN PUBLIC KEY-----";
    private static final String END = "-----END PUBLIC KEY-----";

    /** Empty when the text is no such key. */
    static Optional<PublicKeyPem> parse(String pem) {
        int begin = pem.indexOf(BEGIN);
        int end = pem.indexOf(END);
        if (begin < 0 || end < begin) {
            return Optional.empty();
        }
        try {
            byte[] der = Base64.getMimeDecoder()
                    .decode(pem.substring(begin + BEGIN.length(), end).getBytes(StandardCharsets.US_ASCII));
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der)) instanceof ECPublicKey key
                            && key.getParams().getOrder().bitLength() == P256_BITS
                    ? Optional.of(new PublicKeyPem(
                            HexFormat.of()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256").digest(key.getEncoded())),
                            pem.substring(begin, end + END.length()) + "\n"))
                    : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
