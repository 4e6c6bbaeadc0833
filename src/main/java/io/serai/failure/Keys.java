// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.springframework.jdbc.core.JdbcOperations;

/** What failures are found by, in the database. */
final class Keys {

    private static final String INSERT = "INSERT INTO failure_key (failure_id, name, key_value) VALUES (?, ?, ?)";

    private final JdbcOperations jdbc;
    private final SearchKeys search;

    Keys(JdbcOperations jdbc, SearchKeys search) {
        this.jdbc = jdbc;
        this.search = search;
    }

    /** Notes the keys of new failures, in their transaction. */
    void write(Collection<Arrival.Failed> arrivals) {
        var rows = new ArrayList<Object[]>();
        arrivals.forEach(each -> add(rows, each.failureId(), each.content()));
        write(rows);
    }

    /** Notes the keys of one new failure, in its transaction. */
    void write(String failure, FailedMessage message) {
        var rows = new ArrayList<Object[]>();
        add(rows, failure, message);
        write(rows);
    }

    private void add(List<Object[]> rows, String failure, FailedMessage message) {
        search.of(message).forEach(key -> rows.add(new Object[] {failure, key.name(), key.value()}));
    }

    private void write(List<Object[]> rows) {
        if (!rows.isEmpty()) {
            jdbc.batchUpdate(INSERT, rows);
        }
    }
}
