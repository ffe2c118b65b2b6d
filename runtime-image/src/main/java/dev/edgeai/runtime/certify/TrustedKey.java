package dev.edgeai.runtime.certify;

import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.pod.UsageException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;

/**
 * A public key that certificates may be signed with: ECDSA on P-256.
 *
 * @param key the key
 */
public record TrustedKey(PublicKey key) implements Trust {
    /** ECDSA on P-256 with SHA-256, the signature as DER: what JOSE calls ES256, in the encoding of OpenSSL and cosign. */
    static final String ALGORITHM = "SHA256withECDSA";

    private static final int P256_BITS = 256;

    /**
     * Reads a key.
     *
     * @param pem {@code SubjectPublicKeyInfo}
     * @throws UsageException it is no such key
     */
    public static TrustedKey parse(String pem) {
        try {
            PublicKey key = KeyFactory.getInstance("EC")
                    .generatePublic(new X509EncodedKeySpec(Pem.decode(Pem.PUBLIC_KEY, pem)));
            requireP256((ECPublicKey) key);
            return new TrustedKey(key);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UsageException(
                    "The trusted key is no PEM of an ECDSA P-256 public key (%s); 'edgeai keygen' makes a pair."
                            .formatted(e.getMessage()));
        }
    }

    /** Reads a key from a file. */
    public static TrustedKey read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UsageException("Cannot read the public key " + file + ": " + e.getMessage());
        }
    }

    @Override
    public List<TrustedKey> keys() {
        return List.of(this);
    }

    static void requireP256(ECKey key) {
        if (key.getParams().getOrder().bitLength() != P256_BITS
                || !key.getParams().toString().contains("secp256r1")) {
            throw new IllegalArgumentException("the curve is " + key.getParams() + ", not P-256");
        }
    }

    /** SHA-256 of the key's {@code SubjectPublicKeyInfo}, hexadecimal. */
    public String id() {
        return Digest.of(key.getEncoded()).hex();
    }

    /** Whether this key's owner signed these bytes. */
    boolean verifies(byte[] message, byte[] signature) {
        try {
            Signature ecdsa = Signature.getInstance(ALGORITHM);
            ecdsa.initVerify(key);
            ecdsa.update(message);
            return ecdsa.verify(signature);
        } catch (SignatureException _) {
            return false; // not even the shape of a signature
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
