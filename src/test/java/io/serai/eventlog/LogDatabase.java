// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** The log's tables in some database, freshly made, with what works on them. */
record LogDatabase(HikariDataSource pool, Outage outage, EventLog log, LoggedEvents events, JdbcClient client)
        implements AutoCloseable {

    static LogDatabase at(String url, String user, String password) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(8);
        var pool = new HikariDataSource(config);
        Flyway.configure()
                .dataSource(pool)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        var outage = new Outage(pool);
        var jdbc = new JdbcTemplate(outage);
        var client = JdbcClient.create(jdbc);
        var transactions = new JdbcTransactionManager(outage);
        var log = new EventLog(jdbc, transactions);
        return new LogDatabase(pool, outage, log, new LoggedEvents(client, transactions), client);
    }

    static LogDatabase h2(String name) {
        return at(
                "jdbc:h2:mem:" + name + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH"
                        + ";LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1",
                "sa",
                "");
    }

    void clear() {
        client.sql("DELETE FROM event_log").update();
        client.sql("UPDATE event_log_head SET position = 0").update();
    }

    @Override
    public void close() {
        pool.close();
    }
}
