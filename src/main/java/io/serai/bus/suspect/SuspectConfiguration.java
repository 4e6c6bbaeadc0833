// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.suspect;

import io.serai.message.HubName;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class SuspectConfiguration {

    private static final Duration DEAD_AFTER = Duration.ofSeconds(5);
    private static final Duration TURN = Duration.ofSeconds(30);

    /** A file database has one user at a time: whoever had it before is gone. */
    @Bean
    HubLives hubLives(JdbcClient jdbc, JdbcOperations database, HubName hub) {
        var isAlone =
                Boolean.TRUE.equals(database.execute((Connection connection) -> isFile(connection.getMetaData())));
        return new HubLives(jdbc, hub.process(), isAlone ? Duration.ZERO : DEAD_AFTER);
    }

    private static boolean isFile(DatabaseMetaData database) throws java.sql.SQLException {
        return database.getURL().startsWith("jdbc:h2:");
    }

    @Bean(initMethod = "start", destroyMethod = "stop")
    Suspects suspects(HubLives lives) {
        return new Suspects(
                lives,
                new ScheduledThreadPoolExecutor(1, task -> {
                    var worker = new Thread(task, "hub-lives");
                    worker.setDaemon(true);
                    return worker;
                }),
                TURN);
    }
}
