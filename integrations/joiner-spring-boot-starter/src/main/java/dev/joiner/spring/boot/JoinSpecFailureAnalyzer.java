package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;
import dev.joiner.merge.Parts;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.NestedExceptionUtils;

/** Says which bean is a spec that cannot be built, and why not. */
final class JoinSpecFailureAnalyzer extends AbstractFailureAnalyzer<BeanCreationException> {
    /** How far behind a check of an option may throw. */
    private static final int NEAR = 5;

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BeanCreationException cause) {
        Throwable problem = NestedExceptionUtils.getMostSpecificCause(cause);
        if (!isOfSpec(problem)) {
            return null;
        }
        return new FailureAnalysis(
                "bean " + cause.getBeanName() + " is a JoinSpec that cannot be built: " + problem.getMessage(),
                "Change the options of the spec.",
                rootFailure);
    }

    private static boolean isOfSpec(Throwable problem) {
        return (problem instanceof IllegalArgumentException || problem instanceof IllegalStateException)
                && Arrays.stream(problem.getStackTrace()).limit(NEAR).anyMatch(frame -> {
                    String name = frame.getClassName();
                    return name.startsWith(JoinSpec.class.getName()) || name.startsWith(Parts.class.getPackageName());
                });
    }
}
