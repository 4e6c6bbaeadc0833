// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.util.Map;

/**
 * The one RabbitMQ and the one PostgreSQL that all tests of this JVM share.
 *
 * <p>Each starts when first asked for and ends with the JVM. Static, since Spring asks for addresses in static methods.
 */
public final class SharedNodes {

    static final Lazy<RabbitNode> RABBIT = new Lazy<>(RabbitNode::startShared);
    static final Lazy<PostgresNode> POSTGRES = new Lazy<>(PostgresNode::startShared);

    private SharedNodes() {}

    public static RabbitNode rabbit() {
        return RABBIT.get();
    }

    public static PostgresNode postgres() {
        return POSTGRES.get();
    }

    /** Spring properties of a virtual host and a database that were just made and that nobody else uses. */
    public static Map<String, String> newProperties() {
        RABBIT.begin();
        var database = postgres().newDatabase();
        return Map.of(
                "spring.rabbitmq.addresses", rabbit().newVhost().toString(),
                "spring.datasource.url", database.jdbcUrl(),
                "spring.datasource.username", database.user(),
                "spring.datasource.password", database.password());
    }
}
