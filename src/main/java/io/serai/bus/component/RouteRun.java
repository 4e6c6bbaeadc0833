// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.bus.Retried;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** Ties an exchange to the failure it is another try of. */
final class RouteRun {

    private static final String PROPERTY = "SeraiRouteRun";

    private final Retried retried;
    private final BasicProperties properties;
    private final byte[] body;
    private boolean failed;

    RouteRun(Retried retried, BasicProperties properties, byte[] body) {
        this.retried = retried;
        this.properties = properties;
        this.body = body;
    }

    static @Nullable RouteRun of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, RouteRun.class);
    }

    void tie(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
    }

    Retried retried() {
        return retried;
    }

    BasicProperties properties() {
        return properties;
    }

    byte[] body() {
        return body;
    }

    /** It failed once more, and the failures know. */
    void hasFailed() {
        failed = true;
    }

    boolean isFailed() {
        return failed;
    }
}
