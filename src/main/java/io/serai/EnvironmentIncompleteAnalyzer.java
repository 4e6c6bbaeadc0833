// SPDX-License-Identifier: Apache-2.0
package io.serai;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints an {@link EnvironmentIncomplete} the way Spring Boot prints its own start-up failures. */
final class EnvironmentIncompleteAnalyzer extends AbstractFailureAnalyzer<EnvironmentIncomplete> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, EnvironmentIncomplete cause) {
        return new FailureAnalysis(
                "The configuration needs environment variables that are not set, or empty:\n\n    "
                        + String.join("\n    ", cause.missing()),
                "Set them, or give the values they stand for in a configuration file or as arguments.",
                cause);
    }
}
