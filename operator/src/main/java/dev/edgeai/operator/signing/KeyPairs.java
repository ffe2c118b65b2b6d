package dev.edgeai.operator.signing;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.Map;

/** Makes key pairs as they stand in the Secret. */
final class KeyPairs {
    private static final int PEM_LINE = 64;

    private KeyPairs() {}

    static Map<String, String> fresh() {
        KeyPair pair = generate();
        return Map.of(
                SigningKeys.PRIVATE, pem("PRIVATE KEY", pair.getPrivate().getEncoded()),
                SigningKeys.PUBLIC, pem("PUBLIC KEY", pair.getPublic().getEncoded()));
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no ECDSA P-256", e);
        }
    }

    private static String pem(String type, byte[] der) {
        String base64 = Base64.getMimeEncoder(PEM_LINE, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
    }
}
