package dev.edgeai.runtime.certify;

import dev.edgeai.runtime.pod.UsageException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Set;

/** A pair of keys that signs certificates. Only the certify Job has one. */
public final class SigningKey {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final byte[] PROBE = "probe".getBytes(StandardCharsets.US_ASCII);

    private final PrivateKey key;
    private final TrustedKey trusted;

    private SigningKey(PrivateKey key, TrustedKey trusted) {
        this.key = key;
        this.trusted = trusted;
    }

    public static SigningKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            return new SigningKey(pair.getPrivate(), new TrustedKey(pair.getPublic()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has P-256", e);
        }
    }

    /**
     * Reads a pair.
     *
     * @param privateFile PKCS#8 PEM
     * @param publicFile {@code SubjectPublicKeyInfo} PEM
     * @throws UsageException they are no P-256 keys, or do not belong together
     */
    public static SigningKey read(Path privateFile, Path publicFile) {
        TrustedKey trusted = TrustedKey.read(publicFile);
        SigningKey pair;
        try {
            PrivateKey key = KeyFactory.getInstance("EC")
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Pem.decode(Pem.PRIVATE_KEY, Files.readString(privateFile))));
            TrustedKey.requireP256((ECPrivateKey) key);
            pair = new SigningKey(key, trusted);
        } catch (IOException e) {
            throw new UsageException("Cannot read the private key " + privateFile + ": " + e.getMessage());
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            // not the exception's message: it may quote the key
            throw new UsageException(
                    privateFile + " is no PKCS#8 PEM of an ECDSA P-256 private key; 'edgeai keygen' makes a pair.");
        }
        if (!trusted.verifies(PROBE, pair.sign(PROBE))) {
            throw new UsageException(
                    "%s and %s are not a pair; take both from one 'edgeai keygen'.".formatted(privateFile, publicFile));
        }
        return pair;
    }

    /** The public half. */
    public TrustedKey trusted() {
        return trusted;
    }

    /**
     * Writes {@code private.pem} (PKCS#8, readable by the owner alone) and {@code public.pem}
     * ({@code SubjectPublicKeyInfo}).
     *
     * @throws UsageException one of them is there already
     */
    public void write(Path folder) throws IOException {
        Path privateFile = folder.resolve("private.pem");
        Path publicFile = folder.resolve("public.pem");
        Files.createDirectories(folder);
        try {
            Files.createFile(privateFile, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Files.createFile(publicFile);
        } catch (FileAlreadyExistsException e) {
            throw new UsageException(e.getFile() + " is there already; choose another folder.");
        }
        Files.writeString(privateFile, Pem.encode(Pem.PRIVATE_KEY, key.getEncoded()));
        Files.writeString(publicFile, Pem.encode(Pem.PUBLIC_KEY, trusted.key().getEncoded()));
    }

    byte[] sign(byte[] message) {
        try {
            Signature ecdsa = Signature.getInstance(TrustedKey.ALGORITHM);
            ecdsa.initSign(key);
            ecdsa.update(message);
            return ecdsa.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a P-256 key signs", e);
        }
    }
}
