package dev.edgeai.api.trial;

import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import io.soabase.recordbuilder.core.RecordBuilder;

import java.util.List;
import java.util.Map;

/**
 * What the certify Job signs: what these gates said of this artifact on this accelerator class. JSON in the environment
 * variable {@value #ENVIRONMENT_VARIABLE}.
 *
 * @param artifact {@code registry/repository@sha256:…}
 * @param accelerator name of the accelerator profile it was measured on
 * @param namespace of the run
 * @param run name of the run
 * @param trial name of the trial
 * @param sourceDigest digest of the original model
 * @param datasetDigest digest of the dataset
 * @param baseline the source as measured
 * @param variant the variant as measured
 * @param comparison the variant against the baseline
 * @param gates each gate with value and threshold
 * @param versions tools, name to version
 * @param plainHttp registries that are spoken to without TLS
 * @param bundle whether the certified variant is also put together as a bundle for devices
 * @param source whether it is no variant but the source itself, which need not pass: its certificate says what it missed
 */
@RecordBuilder
public record CertificateRequest(
        String artifact,
        String accelerator,
        String namespace,
        String run,
        String trial,
        String sourceDigest,
        String datasetDigest,
        Measurement baseline,
        Measurement variant,
        Comparison comparison,
        List<GateResult> gates,
        Map<String, String> versions,
        List<String> plainHttp,
        boolean bundle,
        boolean source) {
    public static final String ENVIRONMENT_VARIABLE = "EDGEAI_CERTIFICATE_REQUEST";
}
