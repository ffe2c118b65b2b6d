package dev.edgeai.runtime.engine.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.ExecutionMode;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import dev.edgeai.runtime.engine.EngineException;

import java.util.Map;

/**
 * A descriptor's options for ONNX Runtime, by the names of its session options: {@code intra_op_num_threads} and
 * {@code inter_op_num_threads} (at most the threads of the accelerator), {@code execution_mode} ({@code ORT_SEQUENTIAL},
 * {@code ORT_PARALLEL}) and {@code graph_optimization_level} ({@code ORT_DISABLE_ALL}, {@code ORT_ENABLE_BASIC}, {@code
 * ORT_ENABLE_EXTENDED}, {@code ORT_ENABLE_ALL}). Every other option is a session configuration entry, for example {@code
 * session.intra_op.allow_spinning}.
 */
final class SessionSettings {
    private static final Map<String, ExecutionMode> MODES =
            Map.of("ORT_SEQUENTIAL", ExecutionMode.SEQUENTIAL, "ORT_PARALLEL", ExecutionMode.PARALLEL);
    private static final Map<String, OptLevel> LEVELS = Map.of(
            "ORT_DISABLE_ALL", OptLevel.NO_OPT,
            "ORT_ENABLE_BASIC", OptLevel.BASIC_OPT,
            "ORT_ENABLE_EXTENDED", OptLevel.EXTENDED_OPT,
            "ORT_ENABLE_ALL", OptLevel.ALL_OPT);

    /** Sets what a model runs with when nothing is said, then the options. */
    static void apply(SessionOptions session, Map<String, String> options, int threads) throws OrtException {
        session.setIntraOpNumThreads(threads);
        session.setInterOpNumThreads(1);
        session.setExecutionMode(ExecutionMode.SEQUENTIAL);
        session.setOptimizationLevel(OptLevel.ALL_OPT);
        for (Map.Entry<String, String> option : options.entrySet()) {
            set(session, option.getKey(), option.getValue(), threads);
        }
    }

    private static void set(SessionOptions session, String name, String value, int threads) throws OrtException {
        switch (name) {
            case "intra_op_num_threads" -> session.setIntraOpNumThreads(count(name, value, threads));
            case "inter_op_num_threads" -> session.setInterOpNumThreads(count(name, value, threads));
            case "execution_mode" -> session.setExecutionMode(one(name, value, MODES));
            case "graph_optimization_level" -> session.setOptimizationLevel(one(name, value, LEVELS));
            default -> session.addConfigEntry(name, value);
        }
    }

    private static int count(String name, String value, int threads) {
        if (!value.matches("[1-9][0-9]{0,3}")) {
            throw new EngineException("option " + name + " must be a number of threads, not '" + value + "'");
        }
        return Math.min(Integer.parseInt(value), threads);
    }

    private static <T> T one(String name, String value, Map<String, T> words) {
        T found = words.get(value);
        if (found == null) {
            throw new EngineException("option " + name + " must be one of "
                    + String.join(", ", words.keySet().stream().sorted().toList()) + ", not '" + value + "'");
        }
        return found;
    }

    private SessionSettings() {}
}
