package dev.edgeai.planner.technique;

import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Stage;
import dev.edgeai.api.v1alpha1.source.Architecture;
import dev.edgeai.api.v1alpha1.source.ModelFormat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/** Why a technique cannot be applied to a model, known before it is tried. Data: a new row needs no new code. */
final class Obstacles {
    /** Operators of the domain {@code ai.onnx.ml}, version 5: what scikit-learn's models are made of. */
    private static final Set<String> CLASSICAL = Set.of(
            "ArrayFeatureExtractor",
            "Binarizer",
            "CastMap",
            "CategoryMapper",
            "DictVectorizer",
            "FeatureVectorizer",
            "Imputer",
            "LabelEncoder",
            "LinearClassifier",
            "LinearRegressor",
            "Normalizer",
            "OneHotEncoder",
            "SVMClassifier",
            "SVMRegressor",
            "Scaler",
            "TreeEnsemble",
            "TreeEnsembleClassifier",
            "TreeEnsembleRegressor",
            "ZipMap");

    private static final Set<ModelFormat> GRAPHS = Set.of(ModelFormat.ONNX, ModelFormat.OPENVINO_IR);

    private record Obstacle(String why, BiPredicate<Technique, TechniqueContext> stands) {}

    /** The first that stands counts. */
    private static final List<Obstacle> ALL = List.of(
            new Obstacle(
                    "OpenVINO has no operators of classical machine learning (ai.onnx.ml)",
                    (technique, situation) ->
                            technique.framework() == Framework.OPENVINO && operators(situation, CLASSICAL)),
            new Obstacle(
                    "the model has no matrix product, convolution or recurrent layer to be quantized",
                    (technique, situation) -> technique.stage() == Stage.QUANTIZATION
                            && GRAPHS.contains(situation.model().format())
                            && situation.model().architecture() == Architecture.OTHER),
            new Obstacle(
                    "ONNX Runtime's dynamic quantization takes float32 weights, not float16",
                    (technique, situation) -> technique.name().equals("int8-dynamic")
                            && situation.model().precision().equals("float16")));

    private Obstacles() {}

    /** In a few words. */
    static Optional<String> of(Technique technique, TechniqueContext situation) {
        return ALL.stream()
                .filter(obstacle -> obstacle.stands().test(technique, situation))
                .map(Obstacle::why)
                .findFirst();
    }

    private static boolean operators(TechniqueContext situation, Set<String> some) {
        return situation.model().operators().keySet().stream().anyMatch(some::contains);
    }
}
