package dev.edgeai.runtime.artifact.transfer;

import dev.edgeai.api.trial.FailureReason;
import dev.edgeai.runtime.pod.RuntimeFailure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether a thing is missing or hidden: only of what a user named are both the same. */
class TransferExceptionTest {
    @ParameterizedTest(name = "{0} of what would be {1}: {2}")
    @CsvSource({
        "401, CERTIFICATE_MISSING, REGISTRY_UNAVAILABLE, registry.credentialsSecret",
        "403, CERTIFICATE_MISSING, REGISTRY_UNAVAILABLE, registry.credentialsSecret",
        "401, SOURCE_NOT_FOUND, SOURCE_NOT_FOUND, source.credentialsSecretRef",
        "403, DATASET_NOT_FOUND, DATASET_NOT_FOUND, source.credentialsSecretRef",
        "404, CERTIFICATE_MISSING, CERTIFICATE_MISSING, Check the address",
        "404, SOURCE_NOT_FOUND, SOURCE_NOT_FOUND, Check the address",
        "503, CERTIFICATE_MISSING, REGISTRY_UNAVAILABLE, tried several times",
    })
    void anAnswerHasAReasonAndANextStep(int status, FailureReason notFound, FailureReason reason, String next) {
        RuntimeFailure failure = new TransferException(TransferException.ofStatus(status), "No.").failure(notFound);

        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure).hasMessageContaining(next);
    }
}
