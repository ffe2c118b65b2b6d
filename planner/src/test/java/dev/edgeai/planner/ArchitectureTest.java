package dev.edgeai.planner;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.edgeai.api.v1alpha1.Labels;
import io.fabric8.kubernetes.client.CustomResource;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "dev.edgeai", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PLANNER_DOES_NO_INPUT_OR_OUTPUT = noClasses()
            .that()
            .resideInAPackage("dev.edgeai.planner..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.fabric8.kubernetes.client..",
                    "io.javaoperatorsdk..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.net..",
                    "java.util.concurrent..")
            .because("decisions are pure functions");

    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("dev.edgeai.planner.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule API_IS_TYPES_ONLY = classes()
            .that()
            .resideInAPackage("dev.edgeai.api..")
            .and()
            .haveNameNotMatching(".*Builder(\\$.*)?") // generated from the records
            .should()
            .beRecords()
            .orShould()
            .beEnums()
            .orShould()
            .beInterfaces()
            .orShould()
            .beAssignableTo(CustomResource.class)
            .orShould()
            .be(Labels.class)
            .because("behaviour stands in the planner");

    @ArchTest
    static final ArchRule API_KNOWS_NO_PLANNER = noClasses()
            .that()
            .resideInAPackage("dev.edgeai.api..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.edgeai.planner..");

    @ArchTest
    static final ArchRule PLANNER_READS_NO_CLOCK = noClasses()
            .that()
            .resideInAPackage("dev.edgeai.planner..")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(OffsetDateTime.class, "now")
            .orShould()
            .callMethod(ZonedDateTime.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .because("time is an argument");
}
