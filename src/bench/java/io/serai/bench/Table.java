// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

/** Where the orders end; in a database that is new for each run. */
record Table(Bench.Settings settings) {

    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long STILL_NANOS = TimeUnit.SECONDS.toNanos(15);

    /**
     * The rows whose id begins with a prefix.
     *
     * @param seconds between the first and the last
     */
    record Rows(long count, double seconds) {}

    void newDatabase() throws SQLException {
        try (var connection = connect("postgres");
                var statement = connection.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + settings.name() + " WITH (FORCE)");
            statement.execute("CREATE DATABASE " + settings.name());
            statement.execute("CHECKPOINT");
        }
    }

    void create(Path script) throws Exception {
        try (var connection = connect(settings.name());
                var statement = connection.createStatement()) {
            statement.execute(Files.readString(script));
        }
    }

    /** Waits until there are so many rows, or for 15 s no new ones. */
    Rows await(String prefix, long expected) throws SQLException, InterruptedException {
        var start = System.nanoTime();
        var rows = rows(prefix);
        for (var grown = start; rows.count() < expected; ) {
            TimeUnit.MILLISECONDS.sleep(250);
            var now = System.nanoTime();
            var next = rows(prefix);
            if (next.count() > rows.count()) {
                grown = now;
            } else if (now - grown > STILL_NANOS || now - start > LONGEST_NANOS) {
                return rows;
            }
            rows = next;
        }
        return rows;
    }

    Rows rows(String prefix) throws SQLException {
        try (var connection = connect(settings.name());
                var select = connection.prepareStatement(
                        "SELECT count(*), coalesce(extract(epoch FROM max(stored_at) - min(stored_at)), 0)"
                                + " FROM bench_order WHERE id LIKE ?")) {
            select.setString(1, prefix + "%");
            var row = select.executeQuery();
            row.next();
            return new Rows(row.getLong(1), row.getDouble(2));
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(settings.address() + database, settings.user(), settings.password());
    }
}
