// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FingerprintTest {

    private static final String TRACE = """
            java.lang.IllegalStateException: no stock
            \tat java.base/jdk.internal.reflect.%s.newInstance(Unknown Source)
            \tat java.base/java.lang.reflect.Constructor.newInstance(Constructor.java:499)
            \tat io.serai.Route.process(Route.java:14)
            \tat io.serai.Route.run(Route.java:9)
            """;

    @Test
    void idsNumbersAndQuotedValuesDoNotCount() {
        assertThat(of("no stock of 'A-17' for order 4711, id 01a1fd20-e40e-74dc", "GeneratedConstructorAccessor80"))
                .isEqualTo(
                        of("no stock of 'B-3' for order 9, id 01a1fd21-0834-7d30", "GeneratedConstructorAccessor80"));
    }

    @Test
    void aJvmThatWarmsUpDoesNotCount() {
        assertThat(of("no stock", "GeneratedConstructorAccessor80"))
                .isEqualTo(of("no stock", "DelegatingConstructorAccessorImpl"));
    }

    @Test
    void otherWordsAreAnotherCause() {
        assertThat(of("no stock", "A")).isNotEqualTo(of("no money", "A"));
    }

    private static String of(String message, String accessor) {
        return Fingerprint.of(new Arrival.Failed(
                "f",
                0,
                new Origin("fulfil-order"),
                null,
                true,
                false,
                Instant.EPOCH,
                null,
                1,
                "java.lang.IllegalStateException",
                "java.lang.IllegalStateException",
                message,
                TRACE.formatted(accessor),
                null,
                "fulfil-order",
                null,
                "to1",
                null,
                null,
                new FailedMessage(new BasicProperties(), new byte[0])));
    }
}
