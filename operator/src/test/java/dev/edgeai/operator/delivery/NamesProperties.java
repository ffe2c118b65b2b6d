package dev.edgeai.operator.delivery;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** No two targets of a namespace meet, whatever their models and they are called. */
class NamesProperties {
    private static final String DNS_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?";
    private static final String REVISION = "0a1b2c3d4e";
    private static final String OTHER_REVISION = "ffffffffff";

    @Property(tries = 2000)
    void twoTargetsHaveNoNameInCommon(@ForAll("targets") TargetRef one, @ForAll("targets") TargetRef other) {
        Assume.that(!one.equals(other));
        assertThat(services(one)).doesNotContainAnyElementsOf(List.of(ObjectNames.previewService(other)));
        assertThat(deployments(one)).doesNotContainAnyElementsOf(deployments(other));
        assertThat(jobs(one)).doesNotContainAnyElementsOf(jobs(other));
        assertThat(ObjectNames.disruptionBudget(one)).isNotEqualTo(ObjectNames.disruptionBudget(other));
        assertThat(ObjectNames.run(one, REVISION)).isNotEqualTo(ObjectNames.run(other, REVISION));
    }

    @Property(tries = 2000)
    void allAreDnsLabelsAndTheObjectsOfOneTargetStayApart(@ForAll("targets") TargetRef target) {
        Set<String> services = services(target);
        assertThat(services).hasSize(2).allMatch(NamesProperties::isLabel);
        assertThat(deployments(target)).hasSize(2).allMatch(NamesProperties::isLabel);
        assertThat(jobs(target)).hasSize(2).allMatch(NamesProperties::isLabel);
        assertThat(ObjectNames.run(target, REVISION))
                .matches(NamesProperties::isLabel)
                .isNotEqualTo(ObjectNames.run(target, OTHER_REVISION));
    }

    /** What was seen to meet on a cluster. */
    @Example
    void camAndCamPreviewAreTwo() {
        assertThat(ObjectNames.previewService(new TargetRef("n", "m", "cam")))
                .isNotEqualTo(ObjectNames.stableService(new TargetRef("n", "m", "cam-preview")));
        assertThat(ObjectNames.deployment(new TargetRef("n", "a", "b-c"), REVISION))
                .isNotEqualTo(ObjectNames.deployment(new TargetRef("n", "a-b", "c"), REVISION));
    }

    private static boolean isLabel(String name) {
        return name.matches(DNS_1035) && name.length() <= 63;
    }

    private static Set<String> services(TargetRef target) {
        return new HashSet<>(List.of(ObjectNames.stableService(target), ObjectNames.previewService(target)));
    }

    private static Set<String> deployments(TargetRef target) {
        return new HashSet<>(
                List.of(ObjectNames.deployment(target, REVISION), ObjectNames.deployment(target, OTHER_REVISION)));
    }

    private static Set<String> jobs(TargetRef target) {
        return new HashSet<>(
                List.of(ObjectNames.warmupJob(target, REVISION), ObjectNames.warmupJob(target, OTHER_REVISION)));
    }

    /** Few letters and the suffixes themselves, so that meetings are likely. */
    @Provide
    Arbitrary<TargetRef> targets() {
        return Combinators.combine(
                        name(List.of("a", "b", "7", "-", ".", "preview", REVISION, "long".repeat(14)), ".*", 63),
                        name(List.of("a", "b", "7", "-", "preview", "warmup", REVISION, "x".repeat(28)), "[^.]*", 30))
                .as((model, target) -> new TargetRef("n", model, target));
    }

    private static Arbitrary<String> name(List<String> parts, String allowed, int longest) {
        return Arbitraries.of(parts)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6)
                .map(list -> String.join("", list))
                .map(text -> text.length() <= longest ? text : text.substring(0, longest))
                .filter(text -> text.matches("[a-z0-9]([-.a-z0-9]*[a-z0-9])?")
                        && !text.contains("..")
                        && !text.contains(".-")
                        && !text.contains("-.")
                        && text.matches(allowed));
    }
}
