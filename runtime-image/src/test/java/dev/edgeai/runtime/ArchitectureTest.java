package dev.edgeai.runtime;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import dev.edgeai.runtime.cli.EdgeAi;
import dev.edgeai.runtime.pod.ChildProgram;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

@AnalyzeClasses(packages = "dev.edgeai.runtime", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String COMMAND_LINE = "dev.edgeai.runtime.cli..";

    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("dev.edgeai.runtime.(**)").should().beFreeOfCycles();

    /** With what is inside a room counted as the room. */
    @ArchTest
    static final ArchRule ROOMS_FORM_NO_CYCLE =
            slices().matching("dev.edgeai.runtime.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule A_PACKAGE_KNOWS_NONE_INSIDE_IT = classes()
            .that()
            .resideOutsideOfPackage(COMMAND_LINE) // the verbs stand above what they share
            .should(dependOnNoPackageInsideTheirOwn());

    @ArchTest
    static final ArchRule NOTHING_STANDS_ON_THE_COMMAND_LINE = noClasses()
            .that()
            .resideOutsideOfPackage(COMMAND_LINE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(COMMAND_LINE);

    @ArchTest
    static final ArchRule ENGINES_KNOW_ONLY_ENGINES = noClasses()
            .that()
            .resideInAPackage("dev.edgeai.runtime.engine..")
            .should()
            .dependOnClassesThat(resideInAPackage("dev.edgeai.runtime..")
                    .and(resideOutsideOfPackage("dev.edgeai.runtime.engine..")));

    @ArchTest
    static final ArchRule AN_ENGINE_KNOWS_NO_OTHER = slices().matching("dev.edgeai.runtime.engine.(*)")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(resideInAPackage("dev.edgeai.runtime.engine.installed"), alwaysTrue());

    @ArchTest
    static final ArchRule ENGINES_ARE_ASKED_FOR_BY_NAME = noClasses()
            .that()
            .resideOutsideOfPackage("dev.edgeai.runtime.engine..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.edgeai.runtime.engine.onnxruntime",
                    "dev.edgeai.runtime.engine.openvino",
                    "dev.edgeai.runtime.engine.llamacpp");

    @ArchTest
    static final ArchRule TENSORS_AND_TEXT_ARE_SERVED_APART = slices().matching("dev.edgeai.runtime.server.(*)")
            .should()
            .notDependOnEachOther()
            .ignoreDependency(resideInAPackage("dev.edgeai.runtime.server.process"), alwaysTrue());

    @ArchTest
    static final ArchRule ONLY_VERBS_STAND_ON_THE_SERVER = noClasses()
            .that()
            .resideOutsideOfPackages("dev.edgeai.runtime.server..", COMMAND_LINE)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.edgeai.runtime.server..");

    @ArchTest
    static final ArchRule TRANSFERS_ARE_THE_ARTIFACTS_OWN = noClasses()
            .that()
            .resideOutsideOfPackage("dev.edgeai.runtime.artifact..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.edgeai.runtime.artifact.transfer");

    @Test
    void the_child_program_is_this_program() {
        assertThat(ChildProgram.MAIN).isEqualTo(EdgeAi.class.getName());
    }

    private static ArchCondition<JavaClass> dependOnNoPackageInsideTheirOwn() {
        return new ArchCondition<>("depend on no package inside their own") {
            @Override
            public void check(JavaClass origin, ConditionEvents events) {
                String inside = origin.getPackageName() + ".";
                for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
                    if (dependency.getTargetClass().getPackageName().startsWith(inside)) {
                        events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }
}
