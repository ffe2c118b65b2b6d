package dev.edgeai.api.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where the original model lies. */
public record ModelSource(
        @Required
        @Size(max = 2048)
        @ValidationRule(
                value = "self.matches('^(oci|https|http)://[^/]+/.+')",
                message = "source.uri must be oci://registry/repository:tag or https://host/file; "
                        + "push a local file with 'edgeai push' first")
        @JsonPropertyDescription("oci://registry/repository[:tag|@digest] or https://host/path")
        String uri,

        @Pattern("^sha256:[0-9a-f]{64}$")
        @JsonPropertyDescription("Optional pin; the resolved digest stands in status")
        @Nullable
        String digest,

        @JsonPropertyDescription("Secret of type kubernetes.io/dockerconfigjson, read by the Job's pod only") @Nullable
        SecretReference credentialsSecretRef) {}
