// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Up where the database takes changes: one that may only be read, as a standby, answers questions and is of no use. */
final class DatabaseHealth implements HealthIndicator {

    /** Changes nothing, and is refused where a change would be. */
    private static final String CHANGE_NOTHING = "DELETE FROM lease WHERE FALSE";

    private final JdbcTemplate jdbc;

    DatabaseHealth(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Health health() {
        try {
            jdbc.update(CHANGE_NOTHING);
            return Health.up().build();
        } catch (DataAccessException away) {
            return Health.down(away).build();
        }
    }
}
