package dev.edgeai.operator.job;

import dev.edgeai.api.config.OperatorConfig;
import dev.edgeai.api.trial.ReportRequest;
import dev.edgeai.planner.Json;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * The Job that writes the report of a run that has ended and stores it beside its variants.
 *
 * @param run the run
 * @param name of the Job
 * @param accelerator profile the run was measured on
 * @param request what it tells of
 * @param config image, registry
 */
public record ReportJob(RunRef run, String name, String accelerator, ReportRequest request, OperatorConfig config) {
    /** Value of the component label. */
    public static final String COMPONENT = "report";

    /** Name of its container. */
    public static final String REPORT = "report";

    private static final Logger LOG = LoggerFactory.getLogger(ReportJob.class);
    private static final String CREDENTIALS = "registry-credentials";
    private static final Duration DEADLINE = Duration.ofMinutes(10);
    private static final Duration KEPT = Duration.ofHours(1);
    private static final Quantity SCRATCH = new Quantity("64Mi");

    /** Absent when the request is too long for an environment variable. */
    public Optional<Job> build() {
        String packed = packed();
        if (packed.length() > ReportRequest.MAX_CHARACTERS) {
            LOG.warn("no report: the run's status takes {} characters, packed", packed.length());
            return Optional.empty();
        }
        Job job = JobParts.job(
                new ObjectMetaBuilder()
                        .withName(name)
                        .withNamespace(run.namespace())
                        .withLabels(run.labels(COMPONENT, REPORT, accelerator))
                        .withOwnerReferences(run.owner())
                        .build(),
                DEADLINE,
                JobParts.pod()
                        .withVolumes(volumes())
                        .withContainers(container(packed))
                        .build());
        job.getSpec().setTtlSecondsAfterFinished((int) KEPT.toSeconds());
        return Optional.of(job);
    }

    private List<Volume> volumes() {
        List<Volume> volumes = new ArrayList<>();
        volumes.add(PodSecurity.scratch("work", SCRATCH));
        volumes.add(PodSecurity.scratch("tmp", SCRATCH));
        credentialsSecret().ifPresent(secret -> volumes.add(JobParts.credentials(CREDENTIALS, secret)));
        return volumes;
    }

    private Container container(String packed) {
        ContainerBuilder container = JobParts.container(REPORT, config.images().runtime(), config)
                .withCommand("edgeai", "report", "--store")
                .addToEnv(JobParts.env(ReportRequest.ENVIRONMENT_VARIABLE, packed))
                .withResources(JobParts.lightResources("512Mi"));
        return JobParts.withCredentials(container, credentialsSecret().map(_ -> CREDENTIALS));
    }

    private String packed() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(Json.write(request).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private Optional<String> credentialsSecret() {
        return Optional.ofNullable(config.registry().credentialsSecret());
    }
}
