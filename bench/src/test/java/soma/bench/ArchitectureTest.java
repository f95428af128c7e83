package soma.bench;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the shape of the repository: who may use whom. It is here since bench sees all modules. */
class ArchitectureTest {
    private static final JavaClasses SOMA =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("soma");

    @ParameterizedTest
    @ValueSource(strings = {"tensor", "nn", "cli"})
    void modulesAreSeen(String module) {
        assertTrue(
                SOMA.stream().anyMatch(c -> c.getPackageName().startsWith("soma." + module)),
                "no class of soma." + module + " is on the class path");
    }

    /** {@code cli -> parity -> train, infer -> maskrcnn -> nn -> tensor <- cuda-kernels}. */
    @Test
    void modulesDependAlongTheArrows() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("soma..")
                .withOptionalLayers(true)
                .layer("tensor")
                .definedBy("soma.tensor..")
                .layer("cuda-kernels")
                .definedBy("soma.cuda..")
                .layer("nn")
                .definedBy("soma.nn..")
                .layer("maskrcnn")
                .definedBy("soma.maskrcnn..")
                .layer("train")
                .definedBy("soma.train..")
                .layer("infer")
                .definedBy("soma.infer..")
                .layer("parity")
                .definedBy("soma.parity..")
                .layer("cli")
                .definedBy("soma.cli..")
                .layer("bench")
                .definedBy("soma.bench..")
                .whereLayer("tensor")
                .mayNotAccessAnyLayer()
                .whereLayer("cuda-kernels")
                .mayOnlyAccessLayers("tensor")
                .whereLayer("nn")
                .mayOnlyAccessLayers("tensor")
                .whereLayer("maskrcnn")
                .mayOnlyAccessLayers("nn", "tensor")
                .whereLayer("train")
                .mayOnlyAccessLayers("maskrcnn", "nn", "tensor")
                .whereLayer("infer")
                .mayOnlyAccessLayers("maskrcnn", "nn", "tensor")
                .whereLayer("parity")
                .mayOnlyAccessLayers("train", "infer", "maskrcnn", "nn", "tensor")
                .whereLayer("cli")
                .mayOnlyAccessLayers("parity", "train", "infer", "maskrcnn", "nn", "tensor")
                .check(SOMA);
    }

    @Test
    void backendsAreFoundNotNamed() {
        noClasses()
                .that(resideInAPackage("soma..").and(not(resideInAnyPackage("soma.cuda.."))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("soma.cuda..")
                .because("backends are found by ServiceLoader; nothing else names CUDA")
                .check(SOMA);
    }

    @Test
    void onlyTheVectorBackendImportsTheVectorApi() {
        noClasses()
                .that()
                .resideOutsideOfPackage("soma.tensor.cpu.vector..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(SOMA);
    }

    @Test
    void onlyProgramsWriteToTheStandardStreams() {
        noClasses()
                .that()
                .resideOutsideOfPackages("soma.cli..", "soma.bench..")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("libraries log through SLF4J, and results are values")
                .check(SOMA);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tensor", "cuda", "nn", "maskrcnn", "train", "infer", "parity"})
    void packagesOfAModuleHaveNoCycles(String module) {
        slices().matching("soma." + module + ".(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(true)
                .check(SOMA);
    }
}
