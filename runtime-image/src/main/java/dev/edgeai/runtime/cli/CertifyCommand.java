package dev.edgeai.runtime.cli;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.CertificateResult;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Reference;
import dev.edgeai.runtime.artifact.registry.Artifacts;
import dev.edgeai.runtime.bundle.Bundler;
import dev.edgeai.runtime.certify.Certifier;
import dev.edgeai.runtime.certify.SigningKey;
import dev.edgeai.runtime.cli.options.FileArgument;
import dev.edgeai.runtime.cli.output.Output;
import dev.edgeai.runtime.pod.Environment;
import dev.edgeai.runtime.pod.ExitCode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code edgeai certify}: the container of a certify Job, the only one that sees the private key. */
@Command(
        name = "certify",
        description = "Signs that the variant in EDGEAI_CERTIFICATE_REQUEST passed its gates and attaches the "
                + "certificate to it in the registry. Exit code 3 when a gate did not pass.")
final class CertifyCommand implements Callable<Integer> {
    private final Environment environment;

    @Mixin
    private final Output output;

    @Option(
            names = "--key",
            converter = FileArgument.ExistingFile.class,
            required = true,
            paramLabel = "FILE",
            description = "Private key, PKCS#8 PEM.")
    private Path privateKey;

    @Option(
            names = "--public-key",
            converter = FileArgument.ExistingFile.class,
            paramLabel = "FILE",
            description = "Its public key, PEM (default: public.pem beside it).")
    private @Nullable Path publicKey;

    CertifyCommand(Environment environment) {
        this.environment = environment;
        output = new Output(environment);
    }

    @Override
    public Integer call() {
        CertificateRequest request =
                environment.require(CertificateRequest.ENVIRONMENT_VARIABLE, CertificateRequest.class);
        SigningKey key =
                SigningKey.read(privateKey, publicKey == null ? privateKey.resolveSibling("public.pem") : publicKey);
        Artifacts artifacts = Artifacts.of(environment, request.plainHttp());
        Digest certificate = new Certifier(artifacts, key).certify(request);
        String bundle = request.bundle()
                ? new Bundler(artifacts, key.trusted())
                        .bundle(Reference.parse(request.artifact()), certificate)
                        .toString()
                : null;
        output.result(new CertificateResult(certificate.toString(), bundle), certificate.toString());
        return ExitCode.DONE;
    }
}
