package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.artifact.registry.TestRegistry;
import dev.edgeai.runtime.cli.Run;
import dev.edgeai.runtime.pod.Environment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/** A pushed variant and a pair of keys, beside the CNCF Distribution registry. */
public abstract class DeliveryScenario {
    protected static final String ACCELERATOR = "intel-cpu";

    @TempDir
    protected Path folder;

    protected TestRegistry registry;
    protected String repository;

    /** With the public key and the registry's address. */
    protected Map<String, String> environment;

    protected Path keys;

    /** Reference of the variant, by digest. */
    protected String artifact;

    @BeforeEach
    void pushVariant() throws Exception {
        registry = TestRegistry.start(Files.createDirectory(folder.resolve("registry")));
        repository = registry.address() + "/models/vision/digits";
        keys = folder.resolve("keys");
        assertThat(Run.of(Map.of(), "keygen", "--out", keys.toString()).code()).isZero();
        environment = Map.of(
                Environment.PLAIN_HTTP,
                registry.address(),
                Environment.TRUSTED_KEY,
                Files.readString(keys.resolve("public.pem")));
        Path variant = Files.createDirectories(folder.resolve("variant"));
        Files.writeString(variant.resolve("model.xml"), "<net/>");
        Files.writeString(variant.resolve("model.bin"), "weights");
        Files.writeString(
                variant.resolve(VariantDescriptor.FILE),
                Json.write(new VariantDescriptor(
                        "OpenVINO", "model.xml", Map.of(), "openvino", "int8-ptq", Map.of("nncf", "3.0"), null)));
        artifact = push();
    }

    @AfterEach
    void stopRegistry() {
        registry.close();
    }

    /** Pushes the variant's folder as it is now, and gives its reference. */
    protected String push() throws IOException {
        Run push = Run.of(environment, "push", folder.resolve("variant").toString(), "oci://" + repository);
        assertThat(push.code()).as(push.err()).isZero();
        return repository + "@" + push.out();
    }

    protected Run certify(CertificateRequest request) throws IOException {
        return Run.of(
                Map.of(CertificateRequest.ENVIRONMENT_VARIABLE, Json.write(request)),
                "certify",
                "--key",
                keys.resolve("private.pem").toString());
    }

    /** Certifies the variant and asks for a bundle. */
    protected Run certifyBundle(String accelerator) throws IOException {
        return certify(Requests.of(artifact, accelerator, List.of(registry.address()), true, Verdict.PASS));
    }
}
