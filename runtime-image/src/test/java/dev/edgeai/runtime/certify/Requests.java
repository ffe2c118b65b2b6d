package dev.edgeai.runtime.certify;

import dev.edgeai.api.trial.CertificateRequest;
import dev.edgeai.api.v1alpha1.gate.GateResult;
import dev.edgeai.api.v1alpha1.measurement.Comparison;
import dev.edgeai.api.v1alpha1.measurement.Measurement;
import dev.edgeai.api.v1alpha1.value.Decimal;
import dev.edgeai.api.v1alpha1.value.Estimate;
import dev.edgeai.api.v1alpha1.value.Verdict;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Certificate requests for tests. */
final class Requests {
    static final String SOURCE = "sha256:" + "5".repeat(64);
    static final String DATASET = "sha256:" + "d".repeat(64);

    private Requests() {}

    static CertificateRequest of(String artifact, String accelerator, List<String> plainHttp, Verdict... verdicts) {
        return of(artifact, accelerator, plainHttp, false, verdicts);
    }

    static CertificateRequest of(
            String artifact, String accelerator, List<String> plainHttp, boolean bundle, Verdict... verdicts) {
        List<GateResult> gates = IntStream.range(0, verdicts.length)
                .mapToObj(i -> new GateResult("gate" + i, "2." + i, "2.0", verdicts[i], null))
                .toList();
        return new CertificateRequest(
                artifact,
                accelerator,
                "vision",
                "digits-intel-cpu-1",
                "openvino-int8-ptq",
                SOURCE,
                DATASET,
                measurement(1_000),
                measurement(400),
                new Comparison(
                        estimate("2.5"), estimate("0.99"), null, Decimal.of("0.6"), Decimal.of("0.7"), null, null),
                gates,
                Map.of("openvino", "2026.4.1", "nncf", "3.0"),
                plainHttp,
                bundle,
                false);
    }

    private static Estimate estimate(String value) {
        return new Estimate(Decimal.of(value), Decimal.of(value), Decimal.of(value), 1000);
    }

    private static Measurement measurement(long micros) {
        return new Measurement(
                "OpenVINO 2026.4.1",
                1,
                estimate("0.97"),
                micros,
                micros + 10,
                micros + 20,
                Decimal.of("0.05"),
                500,
                Decimal.of("100"),
                200_000_000L,
                90_000_000L,
                1_000_000L,
                null,
                null,
                null,
                null,
                null);
    }
}
