package dev.joiner.conventions;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which way the arrows go: from programs and stores to the core, and from nothing to what is nobody's business. */
class ArchitectureTest {
    private static final String[] API = {
        "dev.joiner", "dev.joiner.spi..", "dev.joiner.engine..", "dev.joiner.merge..", "dev.joiner.internal.."
    };

    private static JavaClasses all;

    @BeforeAll
    static void read() {
        all = new ClassFileImporter().importPackages("dev.joiner");
        for (String part : new String[] {
            "",
            ".spi",
            ".engine",
            ".internal",
            ".store.memory",
            ".store.jdbc",
            ".store.redis",
            ".store.tck",
            ".codec.jackson",
            ".codec.jackson3",
            ".micrometer",
            ".spring.boot",
            ".kafka.streams",
            ".testing",
            ".console",
            ".cli",
            ".examples"
        }) {
            assertThat(all.stream().anyMatch(type -> type.getPackageName().startsWith("dev.joiner" + part)))
                    .as("dev.joiner" + part)
                    .isTrue();
        }
    }

    private static void check(ArchRule rule) {
        rule.check(all);
    }

    @Test
    void coreDependsOnTheJdkAlone() {
        check(classes()
                .that(resideInAnyPackage(API))
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(API).or(resideInAnyPackage("java..", "org.jspecify.."))));
    }

    @Test
    void semanticsKnowNoClockNoThreadsAndNoStores() {
        check(noClasses()
                .that()
                .haveNameMatching("dev\\.joiner\\.engine\\.Transition(\\$.*)?")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "java.io..",
                        "java.nio.file..",
                        "java.net..",
                        "java.util.concurrent..",
                        "dev.joiner.internal.driver.."))
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.time\\.(Clock|InstantSource)|java\\.lang\\.Thread|dev\\.joiner\\.spi\\.JoinStore"));
    }

    @Test
    void whatIsInternalIsInternal() {
        check(noClasses()
                .that(not(resideInAnyPackage(API)))
                .should()
                .dependOnClassesThat(resideInAPackage("dev.joiner.internal..")));
    }

    @Test
    void storesKnowNothingOfEachOtherNorOfWhatUsesThem() {
        check(slices().matching("dev.joiner.store.(*)..").should().notDependOnEachOther());
        check(noClasses()
                .that(resideInAnyPackage("dev.joiner.store..", "dev.joiner.codec.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "dev.joiner.micrometer..",
                        "dev.joiner.spring..",
                        "dev.joiner.kafka..",
                        "dev.joiner.testing..",
                        "dev.joiner.cli..",
                        "dev.joiner.examples..")));
    }

    @Test
    void frameworksAreKnownToTheirIntegrationsAlone() {
        check(noClasses()
                .that(not(resideInAPackage("dev.joiner.spring..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.springframework..", "dev.joiner.spring..")));
        check(noClasses()
                .that(not(resideInAnyPackage(
                        "dev.joiner.micrometer..", "dev.joiner.spring..", "dev.joiner.conventions..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.micrometer..", "dev.joiner.micrometer..")));
    }

    @Test
    void kafkaStreamsIsKnownToItsIntegrationAlone() {
        check(noClasses()
                .that(not(resideInAPackage("dev.joiner.kafka..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.apache.kafka.streams..", "dev.joiner.kafka..")));
        check(noClasses()
                .that(resideInAPackage("dev.joiner.kafka.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.joiner.store..", "dev.joiner.codec..")));
    }

    @Test
    void metersKnowNoStoreAndNoCodec() {
        check(noClasses()
                .that(resideInAPackage("dev.joiner.micrometer.."))
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("dev.joiner.spi..", "dev.joiner.store..", "dev.joiner.codec..")));
    }

    @Test
    void consoleKnowsNoStoreNoCodecAndNoServer() {
        check(noClasses()
                .that(resideInAPackage("dev.joiner.console.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "dev.joiner.spi..",
                        "dev.joiner.engine..",
                        "dev.joiner.store..",
                        "dev.joiner.codec..",
                        "dev.joiner.cli..",
                        "com.sun.net..",
                        "java.net..",
                        "jakarta..")));
    }

    @Test
    void storesDoWithoutACodecLibrary() {
        check(noClasses()
                .that(resideInAPackage("dev.joiner.store.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.joiner.codec..", "com.fasterxml..", "tools.jackson..")));
    }

    @Test
    void codecOfJackson3DoesWithoutJackson2() {
        check(noClasses()
                .that(resideInAPackage("dev.joiner.codec.jackson3.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "dev.joiner.codec.jackson..",
                        "com.fasterxml.jackson.core..",
                        "com.fasterxml.jackson.databind..")));
    }

    /** One class shows joins of any application, whatever codec that has: it reads their format, as a store does. */
    @ParameterizedTest
    @ValueSource(strings = {"dev.joiner.cli..", "dev.joiner.examples.."})
    void programsUseNothingButWhatUsersUse(String program) {
        check(noClasses()
                .that(resideInAPackage(program))
                .and()
                .doNotHaveSimpleName("ForeignValues")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("dev.joiner.spi..", "dev.joiner.engine..", "dev.joiner.store.tck..")));
    }

    @Test
    void testsOfUsersNeedNoFrameworkOfTests() {
        check(noClasses()
                .that(resideInAPackage("dev.joiner.testing.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.junit..", "org.assertj..", "dev.joiner.store.tck..")));
    }

    @Test
    void namesSayWhatAClassIs() {
        check(noClasses().should().haveNameMatching(".*(Util|Utils|Helper|Manager|Impl)(\\$.*)?"));
    }
}
