package dev.edgeai.api.v1alpha1.source;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where the original model lies. */
@ValidationRule(
        value = "!has(self.followTag) || !self.followTag || (self.uri.startsWith('oci://') && !self.uri.contains('@') "
                + "&& !has(self.digest))",
        message = "source.followTag needs a tag that can move: oci://registry/repository:tag, without a digest")
public record ModelSource(
        @Required
        @Size(max = 2048)
        @ValidationRule(
                value = ADDRESS,
                message = "source.uri must be oci://registry/repository:tag or https://host/file; "
                        + "push a local file with 'edgeai push' first")
        @JsonPropertyDescription("oci://registry/repository[:tag|@digest] or https://host/path")
        String uri,

        @Pattern("^sha256:[0-9a-f]{64}$")
        @JsonPropertyDescription("Optional pin; the resolved digest stands in status")
        @Nullable
        String digest,

        @JsonPropertyDescription("Secret of type kubernetes.io/dockerconfigjson, read by the Job's pod only") @Nullable
        SecretReference credentialsSecretRef,

        @JsonPropertyDescription(
                "Of an EdgeModel: optimizes anew when the tag has moved. By default a moved tag is only "
                        + "told, by the condition SourceMoved")
        @Nullable
        Boolean followTag) {

    /** CEL: a scheme, a host, maybe a port, and something there. */
    static final String ADDRESS = "self.matches(r'^(oci|https|http)://([^/?#@\\s]*@)?"
            + "([^/:?#@\\[\\]\\s]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?/.+')";

    /** Of a run: what a tag does later is no matter of it. */
    public ModelSource(String uri, @Nullable String digest, @Nullable SecretReference credentialsSecretRef) {
        this(uri, digest, credentialsSecretRef, null);
    }
}
