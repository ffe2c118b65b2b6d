package dev.edgeai.operator;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

@AnalyzeClasses(packages = "dev.edgeai.operator", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("dev.edgeai.operator.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_THE_PROGRAM_KNOWS_ITS_ROOMS = noClasses()
            .that()
            .resideInAPackage("dev.edgeai.operator.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.edgeai.operator");

    @ArchTest
    static final ArchRule A_RUN_KNOWS_NO_ROLLOUT = noClasses()
            .that()
            .resideInAPackage("dev.edgeai.operator.optimization..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.edgeai.operator.rollout..", "dev.edgeai.operator.traffic..");
}
