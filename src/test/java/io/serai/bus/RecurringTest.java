// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.serai.message.Unavailable;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.dao.QueryTimeoutException;

class RecurringTest {

    private final Logger log = (Logger) LoggerFactory.getLogger("recurring-test");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private Runnable task = () -> {};

    @BeforeEach
    void listen() {
        log.setLevel(Level.INFO);
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        log.detachAppender(lines);
    }

    @Test
    void thatTheDatabaseIsAwayIsSaidOnceHoweverItIsSaidToIt() {
        var recurring = new Recurring(log, "away", "stumbled", () -> task.run());
        for (int outage = 0; outage < 2; outage++) {
            task = () -> {
                throw new QueryTimeoutException("no connection");
            };
            recurring.run();
            task = () -> {
                throw new Unavailable("the database is away, try again");
            };
            recurring.run();
            recurring.run();
            task = () -> {};
            recurring.run();
        }
        assertThat(said()).containsExactly("WARN away", "WARN away");
    }

    @Test
    void whatNobodyForesawIsSaidEachTimeAndItComesAgain() {
        var recurring = new Recurring(log, "away", "stumbled", () -> task.run());
        task = () -> {
            throw new IllegalStateException("x");
        };
        recurring.run();
        task = () -> {
            throw new NoClassDefFoundError("x");
        };
        recurring.run();
        assertThat(said()).containsExactly("ERROR stumbled", "ERROR stumbled");
    }

    private List<String> said() {
        return lines.list.stream()
                .map(line -> line.getLevel() + " " + line.getMessage())
                .toList();
    }
}
