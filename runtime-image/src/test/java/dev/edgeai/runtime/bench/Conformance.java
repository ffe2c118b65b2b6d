package dev.edgeai.runtime.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.edgeai.api.trial.VariantDescriptor;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.planner.Json;
import dev.edgeai.runtime.assess.Assessor;
import dev.edgeai.runtime.assess.UnreadableModelException;
import dev.edgeai.runtime.client.InferenceClient;
import dev.edgeai.runtime.client.InferenceFailedException;
import dev.edgeai.runtime.engine.DataType;
import dev.edgeai.runtime.engine.EngineException;
import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.engine.TensorInfo;
import dev.edgeai.runtime.engine.installed.Engines;
import dev.edgeai.runtime.server.ModelServer;
import dev.edgeai.runtime.server.ServedModel;
import dev.edgeai.runtime.server.ServerOptions;
import dev.edgeai.runtime.server.tensor.TensorServer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Our side of {@code runtime-image/conformance}: takes models through the assessment, the engine and a server's binary
 * requests. Reads a request a line, and answers a line for each of its stages as soon as that is done, so that whoever
 * reads sees at which stage this process died or stood still.
 */
final class Conformance {
    private static final String MARK = "conformance ";
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Conformance() {}

    /**
     * What to do.
     *
     * @param folder a variant's: the model, {@code edgeai.json} and {@code inputs.json}
     * @param stages of {@code assess}, {@code engine} and {@code rest}
     */
    record Request(String folder, List<String> stages) {}

    /** A tensor with its bytes, in JSON as base64. */
    @SuppressWarnings("ArrayRecordComponent") // written and read, never compared
    record Named(String name, DataType datatype, long[] shape, byte[] data) {
        static Named of(String name, Tensor tensor) {
            byte[] data = new byte[tensor.data().limit()];
            tensor.data().get(0, data);
            return new Named(name, tensor.type(), tensor.shape(), data);
        }

        Tensor tensor() {
            Tensor tensor = Tensor.allocate(datatype, shape);
            tensor.data().put(0, data);
            return tensor;
        }
    }

    /** What an assessment says of inputs and outputs. */
    record Ports(List<String> inputs, List<String> outputs) {}

    /** What the model answered. */
    record Answer(List<Named> outputs) {}

    /** One of ours said in a sentence why not. */
    record Refusal(String refused) {}

    /** What no user should see. */
    record Failure(@JsonProperty("failed") String message) {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                Request request = Json.read(line, Request.class);
                Path folder = Path.of(request.folder());
                for (String stage : request.stages()) {
                    out.println("\n" + MARK + Json.write(answer(folder, stage)));
                }
            }
        }
        System.exit(0);
    }

    private static Object answer(Path folder, String stage) throws Exception {
        try {
            return switch (stage) {
                case "assess" -> ports(Assessor.assess(folder));
                case "engine" -> infer(folder);
                case "rest" -> request(folder);
                default -> throw new IllegalArgumentException("no stage " + stage);
            };
        } catch (UnreadableModelException | EngineException | InferenceFailedException e) {
            return new Refusal(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            return new Failure(e.toString());
        }
    }

    private static Ports ports(Assessment assessment) {
        return new Ports(assessment.inputs(), assessment.outputs());
    }

    private static Answer infer(Path folder) throws IOException {
        try (LoadedModel model = Engines.load(folder, descriptor(folder), 1)) {
            return answer(model, model.infer(inputs(folder)));
        }
    }

    private static Answer request(Path folder) throws Exception {
        VariantDescriptor descriptor = descriptor(folder);
        ServedModel served = ServedModel.of(
                "m", "r", Engines.find(descriptor.engine()), descriptor, Optional.empty(), Optional.empty());
        try (LoadedModel model = Engines.load(folder, descriptor, 1);
                ModelServer server = TensorServer.start(served, model, ServerOptions.forThreads(0, 1));
                InferenceClient client =
                        new InferenceClient(URI.create("http://127.0.0.1:" + server.port()), "m", LIMIT)) {
            return answer(model, client.infer(inputs(folder)).outputs());
        }
    }

    /** In the model's order; one that the answer lacks is left out. */
    private static Answer answer(LoadedModel model, Map<String, Tensor> outputs) {
        return new Answer(model.outputs().stream()
                .map(TensorInfo::name)
                .flatMap(name -> Optional.ofNullable(outputs.get(name)).map(tensor -> Named.of(name, tensor)).stream())
                .toList());
    }

    private static VariantDescriptor descriptor(Path folder) throws IOException {
        return Json.read(Files.readString(folder.resolve(VariantDescriptor.FILE)), VariantDescriptor.class);
    }

    private static Map<String, Tensor> inputs(Path folder) throws IOException {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (Named input : Json.read(Files.readString(folder.resolve("inputs.json")), Named[].class)) {
            inputs.put(input.name(), input.tensor());
        }
        return inputs;
    }
}
