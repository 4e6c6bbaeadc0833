// SPDX-License-Identifier: Apache-2.0
package io.serai.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.message.Invalid;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.BadSqlGrammarException;

class PatientProducerTest {

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Deque<Exception> failures = new ArrayDeque<>();
    private int taken;

    @BeforeEach
    void start() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:from").routeId("from").to("direct:to");
                from("direct:to").process(exchange -> {
                    if (!failures.isEmpty()) {
                        throw failures.pop();
                    }
                    taken++;
                });
            }
        });
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    @Test
    void whileTheDatabaseIsAwayItIsSentAgain() throws Exception {
        failures.add(new QueryTimeoutException("slow"));
        failures.add(new IllegalStateException("wrapped", new DataAccessResourceFailureException("gone")));

        send();

        assertThat(failures).isEmpty();
        assertThat(taken).isEqualTo(1);
    }

    @Test
    void whatIsWrongIsThrownAsWhatItIs() {
        failures.add(new IllegalStateException("wrapped", new Invalid("too long")));
        assertThatThrownBy(this::send).isInstanceOf(Invalid.class).hasMessage("too long");

        failures.add(new DuplicateKeyException("there"));
        assertThatThrownBy(this::send).isInstanceOf(IllegalStateException.class).hasRootCauseMessage("there");

        failures.add(new BadSqlGrammarException("asking", "SELEC", new java.sql.SQLException("syntax")));
        assertThatThrownBy(this::send).isInstanceOf(IllegalStateException.class);
        assertThat(taken).isZero();
    }

    @Test
    void whenTheRouteStopsNothingIsWaitedFor() throws Exception {
        context.getRouteController().stopRoute("from");

        assertThatThrownBy(this::send).isInstanceOf(RejectedExecutionException.class);
        assertThat(taken).isZero();
    }

    private void send() throws Exception {
        try (var producer = new PatientProducer(context, "from")) {
            producer.send("direct:to", "body", List.of(Invalid.class));
        }
    }
}
