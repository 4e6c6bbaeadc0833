// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Declares the queues of all recorded subscriptions on a new connection before anything is published on it: a broker that
 * is new, or has lost its queues, would drop for a subscription what is published before its reader is back.
 */
final class QueuesFirst implements BrokerLink.User {

    private static final Logger LOG = LoggerFactory.getLogger(QueuesFirst.class);

    private final RecordedSubscriptions recorded;
    /** What is known while the database is away. */
    private final Map<String, RecordedSubscriptions.Recorded> known = new ConcurrentHashMap<>();

    QueuesFirst(RecordedSubscriptions recorded) {
        this.recorded = recorded;
    }

    @Override
    public void connected(Connection connection) throws IOException {
        remember();
        for (var subscription : known.values()) {
            try {
                BusTopology.declare(connection, subscription.name(), subscription.ordered(), subscription.patterns());
            } catch (IOException refused) {
                if (!connection.isOpen()) {
                    throw refused;
                }
                // its reader says so, and tries again
                LOG.debug("queue refused subscription={}", subscription.name(), refused);
            }
        }
    }

    /** Reads them anew; at each subscription made, and each connection. */
    void remember() {
        try {
            var all = recorded.all();
            all.forEach(each -> known.put(each.name(), each));
            known.keySet()
                    .removeIf(name -> all.stream().noneMatch(each -> each.name().equals(name)));
        } catch (DataAccessException | TransactionException away) {
            LOG.debug("subscriptions as last known", away);
        }
    }

    @Override
    public String toString() {
        return "queues of subscriptions";
    }
}
