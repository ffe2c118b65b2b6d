package dev.edgeai.runtime.certify;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.value.Verdict;
import dev.edgeai.planner.Json;
import dev.edgeai.planner.gate.GateEvaluation;
import dev.edgeai.runtime.artifact.Digest;
import dev.edgeai.runtime.artifact.Reference;
import io.soabase.recordbuilder.core.RecordBuilder;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a certificate says: an in-toto Statement v1 with the test-result predicate. It holds no time, so the same
 * measurements are the same statement.
 *
 * @param type {@value #TYPE}
 * @param subject the variant, or the source as it is served, by digest
 * @param predicateType {@value #PREDICATE_TYPE}
 * @param predicate the gates and what they rest on
 * @see <a href="https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md">test-result</a>
 */
@JsonPropertyOrder({"_type", "subject", "predicateType", "predicate"})
public record Statement(
        @JsonProperty("_type") String type, List<Subject> subject, String predicateType, TestResult predicate) {
    static final String TYPE = "https://in-toto.io/Statement/v1";
    static final String PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1";
    static final String MEDIA_TYPE = "application/vnd.in-toto+json";

    private static final String SHA256 = "sha256";
    private static final String SOURCE = "source";

    /**
     * Something by its digest.
     *
     * @param name for people
     * @param digest algorithm to hexadecimal digits
     */
    public record Subject(String name, Map<String, String> digest) {
        static Subject of(String name, Digest digest) {
            return new Subject(name, Map.of(SHA256, digest.hex()));
        }

        boolean is(Digest other) {
            return other.hex().equals(digest.get(SHA256));
        }
    }

    /**
     * The predicate.
     *
     * @param result {@code PASSED}; of the source {@code WARNED} or {@code FAILED} where it missed gates
     * @param configuration the source model and the dataset, by digest
     * @param passedTests names of the gates that passed
     * @param warnedTests names of those that could not be measured where the run ran; of the source also of those that
     *     could not be told
     * @param failedTests empty; of the source names of those that it missed
     * @param edgeai what was measured
     */
    public record TestResult(
            String result,
            List<Subject> configuration,
            List<String> passedTests,
            List<String> warnedTests,
            List<String> failedTests,
            Evidence edgeai) {
        static final String PASSED = "PASSED";
        private static final String WARNED = "WARNED";
        private static final String FAILED = "FAILED";

        /** What gates come to. */
        static String result(List<GateResult> gates) {
            return switch (GateEvaluation.overall(gates)) {
                case FAIL -> FAILED;
                case INCONCLUSIVE -> WARNED;
                case PASS, NOT_MEASURED -> PASSED;
            };
        }
    }

    /**
     * What the result rests on.
     *
     * @param accelerator name of the accelerator profile it holds for
     * @param namespace of the run
     * @param run name of the run
     * @param trial name of the trial
     * @param gates each with value and threshold
     * @param baseline the source as measured
     * @param variant the variant as measured
     * @param comparison the variant against the baseline
     * @param versions tools, name to version
     * @param source true for the source itself, which serves when no variant qualified; absent for a variant
     */
    @RecordBuilder
    public record Evidence(
            String accelerator,
            String namespace,
            String run,
            String trial,
            List<GateResult> gates,
            Measurement baseline,
            Measurement variant,
            Comparison comparison,
            Map<String, String> versions,
            @Nullable Boolean source) {
        public Evidence {
            versions = Collections.unmodifiableMap(new TreeMap<>(versions));
        }
    }

    /** What a request asks to be signed. */
    static Statement of(CertificateRequest request) {
        Reference artifact = Reference.parse(request.artifact());
        return new Statement(
                TYPE,
                List.of(Subject.of(artifact.name(), artifact.requireDigest())),
                PREDICATE_TYPE,
                new TestResult(
                        TestResult.result(request.gates()),
                        List.of(
                                Subject.of(SOURCE, Digest.parse(request.sourceDigest())),
                                Subject.of("dataset", Digest.parse(request.datasetDigest()))),
                        names(request, Set.of(Verdict.PASS)),
                        names(request, Set.of(Verdict.NOT_MEASURED, Verdict.INCONCLUSIVE)),
                        names(request, Set.of(Verdict.FAIL)),
                        StatementEvidenceBuilder.builder()
                                .accelerator(request.accelerator())
                                .namespace(request.namespace())
                                .run(request.run())
                                .trial(request.trial())
                                .gates(request.gates())
                                .baseline(request.baseline())
                                .variant(request.variant())
                                .comparison(request.comparison())
                                .versions(request.versions())
                                .source(request.source() ? true : null)
                                .build()));
    }

    private static List<String> names(CertificateRequest request, Set<Verdict> verdicts) {
        return request.gates().stream()
                .filter(gate -> verdicts.contains(gate.verdict()))
                .map(GateResult::name)
                .toList();
    }

    static Statement read(byte[] json) throws IOException {
        return Json.read(new String(json, StandardCharsets.UTF_8), Statement.class);
    }

    byte[] toBytes() {
        return Json.write(this).getBytes(StandardCharsets.UTF_8);
    }

    /** Digest of the variant. */
    public Digest artifact() {
        return new Digest(subject.getFirst().digest().getOrDefault(SHA256, ""));
    }

    /** Digest of the model that the variant was made from. */
    public Digest source() {
        return predicate.configuration().stream()
                .filter(input -> input.name().equals(SOURCE))
                .map(input -> new Digest(input.digest().getOrDefault(SHA256, "")))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("every statement of this program names its source"));
    }

    /** Whether it is about the source itself, which need not have passed. */
    public boolean ofSource() {
        return Boolean.TRUE.equals(predicate.edgeai().source())
                && TrialStatus.SOURCE.equals(predicate.edgeai().trial());
    }

    /** Name of the accelerator profile it holds for. */
    public String accelerator() {
        return predicate.edgeai().accelerator();
    }
}
