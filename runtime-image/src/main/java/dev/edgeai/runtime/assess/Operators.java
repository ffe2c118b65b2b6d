package dev.edgeai.runtime.assess;

import dev.edgeai.api.v1alpha1.source.Architecture;

import java.util.Map;
import java.util.Set;

/** What operators tell of a model. Names of ONNX (with Microsoft's) and of OpenVINO's operation sets. */
final class Operators {
    private static final Set<String> ATTENTION = Set.of(
            "Attention",
            "MultiHeadAttention",
            "GroupQueryAttention",
            "QAttention",
            "PackedAttention",
            "DecoderMaskedMultiHeadAttention",
            "ScaledDotProductAttention",
            "PagedAttention");
    private static final Set<String> NORMALIZATION = Set.of(
            "LayerNormalization",
            "SkipLayerNormalization",
            "SimplifiedLayerNormalization",
            "SkipSimplifiedLayerNormalization",
            "RMSNormalization",
            "MVN",
            "RMS");
    private static final Set<String> RECURRENT = Set.of(
            "LSTM", "GRU", "RNN", "LSTMSequence", "GRUSequence", "RNNSequence", "LSTMCell", "GRUCell", "RNNCell");
    private static final Set<String> CONVOLUTION = Set.of(
            "Conv",
            "ConvTranspose",
            "QLinearConv",
            "ConvInteger",
            "FusedConv",
            "NhwcConv",
            "Convolution",
            "GroupConvolution",
            "ConvolutionBackpropData",
            "BinaryConvolution");
    private static final Set<String> PRODUCT = Set.of(
            "MatMul",
            "Gemm",
            "QLinearMatMul",
            "MatMulInteger",
            "MatMulNBits",
            "FusedMatMul",
            "QGemm",
            "DynamicQuantizeMatMul",
            "MatMulIntegerToFloat",
            "Einsum");
    private static final Set<String> QUANTIZED = Set.of(
            "QuantizeLinear",
            "DequantizeLinear",
            "DynamicQuantizeLinear",
            "MatMulInteger",
            "ConvInteger",
            "MatMulNBits",
            "MatMulBnb4",
            "DynamicQuantizeMatMul",
            "MatMulIntegerToFloat",
            "QGemm",
            "QAttention",
            "QMoE",
            "FakeQuantize",
            "FakeConvert");
    private static final Set<String> EXPERTS = Set.of("MoE", "QMoE");
    private static final Set<String> SMALL_WEIGHTS =
            Set.of("int8", "uint8", "int4", "uint4", "int2", "uint2", "uint1", "nf4");

    private Operators() {}

    /** Convolutional, Transformer, Dense, Recurrent or Other. */
    static Architecture architecture(Map<String, Integer> operators) {
        int products = count(operators, PRODUCT);
        boolean normalized = count(operators, NORMALIZATION) > 0
                || (operators.containsKey("ReduceMean") && operators.containsKey("Sqrt"));
        if (count(operators, ATTENTION) > 0 || (normalized && operators.containsKey("Softmax") && products >= 4)) {
            return Architecture.TRANSFORMER;
        }
        if (count(operators, RECURRENT) > 0) {
            return Architecture.RECURRENT;
        }
        if (count(operators, CONVOLUTION) > 0) {
            return Architecture.CONVOLUTIONAL;
        }
        return products > 0 ? Architecture.DENSE : Architecture.OTHER;
    }

    /** Whether the graph quantizes, or most of the weights are of a small type. */
    static boolean isQuantized(ModelFacts facts) {
        long all = facts.weights().values().stream().mapToLong(Long::longValue).sum();
        long small = facts.weights().entrySet().stream()
                .filter(e -> isSmall(e.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
        boolean operators =
                facts.operators().keySet().stream().anyMatch(o -> QUANTIZED.contains(o) || o.startsWith("QLinear"));
        return operators || 2 * small > all;
    }

    private static boolean isSmall(String type) {
        return SMALL_WEIGHTS.contains(type) || type.startsWith("float8") || type.startsWith("float4");
    }

    static boolean hasExperts(Map<String, Integer> operators) {
        return count(operators, EXPERTS) > 0;
    }

    private static int count(Map<String, Integer> operators, Set<String> of) {
        return operators.entrySet().stream()
                .filter(e -> of.contains(e.getKey()))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }
}
