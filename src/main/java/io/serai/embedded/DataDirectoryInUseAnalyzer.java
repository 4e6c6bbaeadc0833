// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Turns a second start on the same data directory into a readable page instead of a stack trace. */
final class DataDirectoryInUseAnalyzer extends AbstractFailureAnalyzer<DataDirectoryInUse> {

    private static final String WAY_OUT = """
            Stop the other hub, or start this one with its own data directory: --serai.embedded.data=data2. \
            Several hubs share their work through one RabbitMQ and one PostgreSQL: set spring.rabbitmq.host and spring.datasource.url.""";

    @Override
    protected FailureAnalysis analyze(Throwable root, DataDirectoryInUse cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), WAY_OUT, cause);
    }
}
