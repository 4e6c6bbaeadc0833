// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import io.serai.message.Conflict;
import io.serai.message.NotFound;
import io.serai.registry.ServiceInstance.Health;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of announced instances, shared by all hubs. */
final class AnnouncedServices {

    private static final String SELECT_ALL = """
            SELECT name, instance, address, health, ttl_seconds, by_hub, last_seen,
                   last_seen + ttl_seconds * INTERVAL '1' SECOND < CURRENT_TIMESTAMP AS stale
            FROM service_instance
            """;
    private static final String COUNT = "SELECT COUNT(*) FROM service_instance";
    private static final String MOVE = """
            UPDATE service_instance
            SET address = :address, health = :health, ttl_seconds = :ttl, by_hub = :byHub,
                last_seen = CURRENT_TIMESTAMP
            WHERE name = :name AND instance = :instance
            """;
    private static final String RENEW = MOVE + " AND address = :address";
    private static final String ADD = """
            INSERT INTO service_instance (name, instance, address, health, ttl_seconds, by_hub, last_seen)
            VALUES (:name, :instance, :address, :health, :ttl, :byHub, CURRENT_TIMESTAMP)
            ON CONFLICT DO NOTHING
            """;
    private static final String WITHDRAW = "DELETE FROM service_instance WHERE name = :name AND instance = :instance";
    private static final String FORGET_SILENT =
            "DELETE FROM service_instance WHERE last_seen < CURRENT_TIMESTAMP - INTERVAL '1' DAY";

    /** The difference that an announcement has made. */
    enum Change {
        ADDED,
        /** It is known, at another address. */
        MOVED,
        /** A heartbeat. */
        NONE
    }

    private final JdbcClient jdbc;
    private final int maxInstances;

    AnnouncedServices(JdbcClient jdbc, int maxInstances) {
        this.jdbc = jdbc;
        this.maxInstances = maxInstances;
    }

    /** All instances, in no order, those that went silent as stale. */
    List<ServiceInstance> all() {
        return jdbc.sql(SELECT_ALL).query((row, number) -> read(row)).list();
    }

    /**
     * Announces an instance, or repeats it: the heartbeat.
     *
     * @throws Conflict when the table is full
     */
    Change announce(ServiceInstance instance) {
        if (write(RENEW, instance)) {
            return Change.NONE;
        }
        if (write(MOVE, instance)) {
            return Change.MOVED;
        }
        if (jdbc.sql(COUNT).query(Integer.class).single() >= maxInstances) {
            throw new Conflict("announcing service: there are " + maxInstances
                    + " instances; withdraw some, or raise serai.registry.max-instances");
        }
        // two at once for the same instance: one of them adds it, and what the other says is as new
        return write(ADD, instance) ? Change.ADDED : Change.NONE;
    }

    /** @throws NotFound where it was not announced */
    void withdraw(String name, String instance) {
        if (jdbc.sql(WITHDRAW).param("name", name).param("instance", instance).update() == 0) {
            throw new NotFound("withdrawing service: no such instance is announced; GET /api/services lists them");
        }
    }

    void forgetSilent() {
        jdbc.sql(FORGET_SILENT).update();
    }

    private boolean write(String sql, ServiceInstance instance) {
        return jdbc.sql(sql)
                        .param("name", instance.name())
                        .param("instance", instance.instance())
                        .param("address", instance.address())
                        .param("health", instance.health().name())
                        .param("ttl", instance.ttlSeconds())
                        .param("byHub", instance.byHub())
                        .update()
                == 1;
    }

    private static ServiceInstance read(ResultSet row) throws SQLException {
        Timestamp seen = row.getTimestamp("last_seen");
        return new ServiceInstance(
                row.getString("name"),
                row.getString("instance"),
                row.getString("address"),
                row.getBoolean("stale") ? Health.STALE : Health.valueOf(row.getString("health")),
                seen.toInstant(),
                row.getInt("ttl_seconds"),
                row.getBoolean("by_hub"));
    }
}
