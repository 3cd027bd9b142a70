package dev.joiner.spring.boot;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what to do about what keeps joiners from being made. */
final class JoinerSetupFailureAnalyzer extends AbstractFailureAnalyzer<JoinerSetupException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, JoinerSetupException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action(), cause);
    }
}
