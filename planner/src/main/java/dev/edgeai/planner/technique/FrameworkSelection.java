package dev.edgeai.planner.technique;

import dev.edgeai.api.config.AcceleratorProfile;
import dev.edgeai.api.v1alpha1.OptimizationRunStatus.FrameworkPlan;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.source.Assessment;
import dev.edgeai.api.v1alpha1.source.ModelFormat;
import dev.edgeai.api.v1alpha1.source.Task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import static dev.edgeai.api.v1alpha1.search.Framework.OLIVE;
import static dev.edgeai.api.v1alpha1.search.Framework.ONNX_RUNTIME;

/**
 * Which frameworks a run tries, in order, and why. The user's list comes first, then the profile's, then (also
 * where the profile lists none that reads the model) the {@link DecisionTable}. Where the table says Olive for an ONNX model and no image for it is configured, OnnxRuntime,
 * whose quantizers Olive drives, stands in.
 */
public final class FrameworkSelection {
    /** Formats each framework's optimizer reads. */
    private static final Map<Framework, Set<ModelFormat>> READS = Map.of(
            Framework.OPENVINO, Set.of(ModelFormat.ONNX, ModelFormat.OPENVINO_IR),
            Framework.ONNX_RUNTIME, Set.of(ModelFormat.ONNX),
            Framework.OLIVE, Set.of(ModelFormat.ONNX),
            Framework.LLAMA_CPP, Set.of(ModelFormat.SAFETENSORS, ModelFormat.GGUF),
            Framework.MLX, Set.of(ModelFormat.SAFETENSORS));

    /**
     * @param profile of the hardware
     * @param task of the model
     * @param model as assessed
     * @param requested {@code spec.search.frameworks}; empty: the profile or the table decides
     * @param available frameworks with an optimizer
     * @return each framework that was considered, the planned ones in the order of trying
     */
    public static List<FrameworkPlan> select(
            AcceleratorProfile profile,
            Task task,
            Assessment model,
            List<Framework> requested,
            Set<Framework> available) {
        List<FrameworkPlan> plan = new ArrayList<>();
        considered(profile, task, model, requested, available)
                .forEach((framework, why) -> plan.add(judge(framework, why, model, available, profile)));
        return plan;
    }

    private static Map<Framework, String> considered(
            AcceleratorProfile profile,
            Task task,
            Assessment model,
            List<Framework> requested,
            Set<Framework> available) {
        Map<Framework, String> order = new LinkedHashMap<>();
        if (!requested.isEmpty()) {
            requested.forEach(f -> order.putIfAbsent(f, "asked for in search.frameworks"));
            return order;
        }
        if (!profile.frameworks().isEmpty()) {
            String why = "preferred by the accelerator profile '" + profile.name() + "'";
            profile.frameworks().forEach(f -> order.putIfAbsent(f, why));
            if (profile.frameworks().stream().anyMatch(f -> reads(f, model))) {
                return order;
            }
        }
        DecisionTable.MODELS.stream()
                .filter(row -> row.matches().test(task, model))
                .findFirst()
                .ifPresent(row -> add(order, row.frameworks(), "suits " + row.kind(), model, available));
        Optional<DecisionTable.PlatformRow> row = DecisionTable.PLATFORMS.stream()
                .filter(p -> p.platform().equals(profile.platform()))
                .findFirst();
        String why = row.map(p -> "suits platform " + p.platform())
                .orElse("CPU fallback, because platform '" + profile.platform() + "' is not in the decision table");
        add(order, row.orElse(DecisionTable.FALLBACK).frameworks(), why, model, available);
        return order;
    }

    private static boolean reads(Framework framework, Assessment model) {
        return READS.getOrDefault(framework, Set.of()).contains(model.format());
    }

    private static void add(
            Map<Framework, String> order,
            List<Framework> frameworks,
            String why,
            Assessment model,
            Set<Framework> available) {
        for (Framework framework : frameworks) {
            order.putIfAbsent(framework, rank(order) + why);
            if (framework == OLIVE && !available.contains(OLIVE) && model.format() == ModelFormat.ONNX) {
                order.putIfAbsent(
                        ONNX_RUNTIME, rank(order) + why + "; stands in for Olive, which has no optimizer here");
            }
        }
    }

    private static String rank(Map<Framework, String> order) {
        return order.isEmpty() ? "first choice, " : "further choice, ";
    }

    private static FrameworkPlan judge(
            Framework framework, String why, Assessment model, Set<Framework> available, AcceleratorProfile profile) {
        String name = FrameworkNames.of(framework);
        Set<ModelFormat> reads = READS.getOrDefault(framework, Set.of());
        if (!reads(framework, model)) {
            return new FrameworkPlan(
                    framework,
                    false,
                    "%s: does not read %s; it reads %s"
                            .formatted(
                                    name,
                                    model.format(),
                                    String.join(
                                            " or ",
                                            reads.stream()
                                                    .map(ModelFormat::toString)
                                                    .sorted()
                                                    .toList())));
        }
        String only = DecisionTable.ONLY_ON.getOrDefault(framework, profile.platform());
        if (!only.equals(profile.platform())) {
            return new FrameworkPlan(
                    framework,
                    false,
                    "%s: its variants run on %s only, not on %s".formatted(name, only, profile.platform()));
        }
        if (!available.contains(framework)) {
            return new FrameworkPlan(
                    framework,
                    false,
                    "%s: has no optimizer here; give it one (in a cluster images.optimizers.%s, else EDGEAI_OPTIMIZER_%s)"
                            .formatted(name, name, framework.slug().toUpperCase(Locale.ROOT)));
        }
        return new FrameworkPlan(framework, true, name + ": " + why + caution(model));
    }

    /** Kinds of models that a framework takes like any other, which people should know. */
    private static String caution(Assessment model) {
        return (model.mixtureOfExperts() ? "; a mixture of experts: all experts are treated alike" : "")
                + (model.multimodal() ? "; multimodal: only what the dataset feeds is measured" : "");
    }

    private FrameworkSelection() {}
}
