package dev.joiner.conventions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.google.common.testing.NullPointerTester;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import dev.joiner.Codec;
import dev.joiner.JoinSpec;
import dev.joiner.JoinStoreConfig;
import dev.joiner.Joiner;
import dev.joiner.KeyCodec;
import dev.joiner.KeyedJoiner;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import dev.joiner.merge.PartsMerge;
import dev.joiner.store.memory.MapJoinStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A null that a user passes where the signature does not say {@code @Nullable} is refused at once. The packages of store and engine
 * authors are left to NullAway: their states are made for each message.
 */
class NullArgumentsTest {
    private static final Set<String> EXPORTED = Set.of(
            "dev.joiner",
            "dev.joiner.merge",
            "dev.joiner.store.memory",
            "dev.joiner.store.jdbc",
            "dev.joiner.store.redis",
            "dev.joiner.codec.jackson",
            "dev.joiner.codec.jackson3",
            "dev.joiner.micrometer",
            "dev.joiner.testing",
            "dev.joiner.console");

    /** A null message or key is one that cannot be joined, and is refused as all of these are. */
    private static final Set<String> SAY_IT_OTHERWISE = Set.of("accept", "find", "release", "drop");

    static List<Class<?>> publicTypes() {
        return new ClassFileImporter()
                .importPackages("dev.joiner").stream()
                        .filter(type -> EXPORTED.contains(type.getPackageName()) && isPublic(type))
                        .<Class<?>>map(JavaClass::reflect)
                        .filter(type -> !isMadeByJoiner(type))
                        .toList();
    }

    /** Users are given these; an exception must not end in another one. */
    private static boolean isMadeByJoiner(Class<?> type) {
        return Throwable.class.isAssignableFrom(type) || (type.isRecord() && type != JoinStoreConfig.class);
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(NullArgumentsTest::isPublic).orElse(true);
    }

    private static JoinSpec<String, String, String, String> spec() {
        return JoinSpec.joining(String.class)
                .keyedBy(message -> message)
                .<String>mergedBy((message, pending) -> message)
                .sufficientWhen(value -> true)
                .build();
    }

    private static NullPointerTester tester() {
        NullPointerTester tester = new NullPointerTester();
        tester.setDefault(JoinSpec.class, spec());
        tester.setDefault(int.class, 1);
        tester.setDefault(String.class, "text");
        tester.setDefault(Duration.class, Duration.ofMinutes(1));
        tester.setDefault(TypeReference.class, new TypeReference<List<String>>() {});
        tester.setDefault(
                tools.jackson.core.type.TypeReference.class,
                new tools.jackson.core.type.TypeReference<List<String>>() {});
        Part<String> part = Part.of("part", String.class, text -> text);
        tester.setDefault(Part.class, part);
        tester.setDefault(PartsMerge.class, Parts.of(part));
        tester.setDefault(MeterRegistry.class, new SimpleMeterRegistry());
        tester.setDefault(MethodHandles.Lookup.class, MethodHandles.lookup());
        tester.setDefault(JoinStoreConfig.class, JoinStoreConfig.of("namespace", KeyCodec.string(), Codec.string()));
        return tester;
    }

    @Test
    void allModulesAreLookedAt() {
        assertThat(publicTypes()).extracting(Class::getPackageName).containsAll(EXPORTED);
    }

    @ParameterizedTest
    @MethodSource("publicTypes")
    void constructorsRefuseNull(Class<?> type) {
        if (!Modifier.isAbstract(type.getModifiers())) {
            tester().testAllPublicConstructors(type);
        }
    }

    @ParameterizedTest
    @MethodSource("publicTypes")
    void staticMethodsRefuseNull(Class<?> type) {
        tester().testAllPublicStaticMethods(type);
    }

    @Test
    void joinersRefuseNull() {
        try (var joiner = Joiner.create(spec(), MapJoinStore.<String, String>create())) {
            for (Method method : KeyedJoiner.class.getMethods()) {
                if (!Modifier.isStatic(method.getModifiers()) && !SAY_IT_OTHERWISE.contains(method.getName())) {
                    tester().testMethod(joiner, method);
                }
            }
        }
    }
}
