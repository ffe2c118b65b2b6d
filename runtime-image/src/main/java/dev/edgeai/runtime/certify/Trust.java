package dev.edgeai.runtime.certify;

import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.UsageException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whose certificates hold: one key, or several while one follows another. */
public interface Trust {
    /** The trusted keys, at least one. */
    List<TrustedKey> keys();

    /** The trusted key of this id. */
    default Optional<TrustedKey> find(String id) {
        return keys().stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** Ids of the keys, for messages. */
    default String ids() {
        return keys().stream().map(TrustedKey::id).collect(Collectors.joining(", "));
    }

    /**
     * Reads keys.
     *
     * @param pem one or more blocks of {@code SubjectPublicKeyInfo}
     * @throws UsageException there is none, or one is no such key
     */
    static Trust parse(String pem) {
        List<TrustedKey> keys = Pem.blocks(Pem.PUBLIC_KEY, pem).stream()
                .map(TrustedKey::parse)
                .distinct()
                .toList();
        // None: the key's own message says what is wrong with the text
        return keys.isEmpty() ? TrustedKey.parse(pem) : () -> keys;
    }

    /** Reads keys from a file. */
    static Trust read(Path file) {
        try {
            return parse(Files.readString(file));
        } catch (IOException e) {
            throw new UsageException("Cannot read the public key " + file + ": " + e.getMessage());
        }
    }

    /** The keys of {@code EDGEAI_TRUSTED_KEY}. */
    static Trust of(Environment environment) {
        return parse(environment.require(Environment.TRUSTED_KEY));
    }
}
