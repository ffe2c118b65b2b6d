package dev.edgeai.runtime;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.edgeai.runtime.cli.EdgeAi;
import dev.edgeai.runtime.pod.ChildProgram;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

@AnalyzeClasses(packages = "dev.edgeai.runtime", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule PACKAGES_FORM_NO_CYCLE =
            slices().matching("dev.edgeai.runtime.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NOTHING_STANDS_ON_THE_COMMAND_LINE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.edgeai.runtime.cli")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.edgeai.runtime.cli");

    @Test
    void the_child_program_is_this_program() {
        assertThat(ChildProgram.MAIN).isEqualTo(EdgeAi.class.getName());
    }
}
