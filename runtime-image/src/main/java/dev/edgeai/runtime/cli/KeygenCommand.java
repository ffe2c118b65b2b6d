package dev.edgeai.runtime.cli;

import dev.edgeai.runtime.certify.SigningKey;
import dev.edgeai.runtime.cli.options.FileArgument;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code edgeai keygen}: a pair of keys for certificates. */
@Command(
        name = "keygen",
        description = "Makes a pair of keys (ECDSA P-256) for certificates: private.pem (PKCS#8) and public.pem.")
final class KeygenCommand implements Callable<Integer> {
    @Mixin
    private final Output output;

    @Option(
            names = "--out",
            converter = FileArgument.Folder.class,
            required = true,
            paramLabel = "FOLDER",
            description = "Where the files go; nothing is overwritten.")
    private Path folder;

    KeygenCommand(Environment environment) {
        output = new Output(environment);
    }

    /**
     * What is printed with {@code -o json}.
     *
     * @param privateKey file
     * @param publicKey file
     * @param keyId SHA-256 of the public key, as in certificates
     */
    record Result(String privateKey, String publicKey, String keyId) {}

    @Override
    public Integer call() throws Exception {
        SigningKey pair = SigningKey.generate();
        pair.write(folder);
        Result result = new Result(
                folder.resolve("private.pem").toString(),
                folder.resolve("public.pem").toString(),
                pair.trusted().id());
        output.result(result, "%s%n%s%nkey id %s".formatted(result.privateKey(), result.publicKey(), result.keyId()));
        return ExitCode.DONE;
    }
}
