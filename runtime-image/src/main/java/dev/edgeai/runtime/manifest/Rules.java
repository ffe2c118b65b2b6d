package dev.edgeai.runtime.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.ListType;
import dev.cel.common.types.OpaqueType;
import dev.cel.common.types.SimpleType;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import io.fabric8.kubernetes.api.model.Quantity;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The CEL rules of a CRD, with those of Kubernetes' own functions that they use. */
final class Rules {
    /** Compares with the object that was there before, and there is none. */
    private static final Pattern TRANSITION = Pattern.compile("\\boldSelf\\b");

    private static final OpaqueType QUANTITY = OpaqueType.create("kubernetes.Quantity");

    private static final Cel CEL = CelFactory.standardCelBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .addFunctionDeclarations(
                    CelFunctionDecl.newFunctionDeclaration(
                            "isQuantity",
                            CelOverloadDecl.newGlobalOverload("is_quantity", SimpleType.BOOL, SimpleType.STRING)),
                    CelFunctionDecl.newFunctionDeclaration(
                            "quantity", CelOverloadDecl.newGlobalOverload("quantity", QUANTITY, SimpleType.STRING)),
                    CelFunctionDecl.newFunctionDeclaration(
                            "compareTo",
                            CelOverloadDecl.newMemberOverload(
                                    "compare_quantities", SimpleType.INT, QUANTITY, QUANTITY)),
                    CelFunctionDecl.newFunctionDeclaration(
                            "isSorted",
                            CelOverloadDecl.newMemberOverload(
                                    "is_sorted", SimpleType.BOOL, ListType.create(SimpleType.DYN))))
            .addFunctionBindings(
                    CelFunctionBinding.from("is_quantity", String.class, Rules::isQuantity),
                    CelFunctionBinding.from("quantity", String.class, Rules::quantity),
                    CelFunctionBinding.from("compare_quantities", BigDecimal.class, BigDecimal.class, (left, right) ->
                            (long) left.compareTo(right)),
                    CelFunctionBinding.from("is_sorted", List.class, Rules::isSorted))
            .build();

    private static final Map<String, CelRuntime.Program> PROGRAMS = new ConcurrentHashMap<>();

    private Rules() {}

    /** Whether a rule holds of a value; one about a change holds of what is new. */
    static boolean hold(String rule, JsonNode self) {
        if (TRANSITION.matcher(rule).find()) {
            return true;
        }
        try {
            return (boolean) PROGRAMS.computeIfAbsent(rule, Rules::program).eval(Map.of("self", value(self)));
        } catch (CelEvaluationException e) {
            throw new IllegalStateException("The rule " + rule + " cannot be evaluated on " + self, e);
        }
    }

    private static CelRuntime.Program program(String rule) {
        try {
            return CEL.createProgram(CEL.compile(rule).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalStateException("The rule " + rule + " cannot be compiled", e);
        }
    }

    private static Object value(JsonNode node) {
        return switch (node.getNodeType()) {
            case OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                node.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
                yield map;
            }
            case ARRAY -> {
                List<Object> list = new ArrayList<>();
                node.forEach(item -> list.add(value(item)));
                yield list;
            }
            case BOOLEAN -> node.asBoolean();
            case NUMBER -> node.isIntegralNumber() ? (Object) node.asLong() : (Object) node.asDouble();
            default -> node.asText();
        };
    }

    private static boolean isQuantity(String text) {
        try {
            quantity(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static BigDecimal quantity(String text) {
        return Quantity.getAmountInBytes(Quantity.parse(text));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static boolean isSorted(List list) {
        for (int i = 1; i < list.size(); i++) {
            if (((Comparable<Object>) list.get(i - 1)).compareTo(list.get(i)) > 0) {
                return false;
            }
        }
        return true;
    }
}
