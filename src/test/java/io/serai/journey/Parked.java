// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;

/** What a route parked, as it lies in the queue of failures. */
record Parked(String id, String type, String subject, String reason, JsonNode data) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * All of them; looking takes nothing away.
     *
     * <p>The outbox's relay parks at least once: a kill between confirm and delete puts a copy there, with the same id, by
     * which whoever reads the queue knows it.
     */
    static List<Parked> all(URI broker) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(broker);
        var all = new LinkedHashMap<String, Parked>();
        try (var connection = factory.newConnection("failures")) {
            var channel = connection.createChannel();
            for (var each = channel.basicGet("serai.failures", false);
                    each != null;
                    each = channel.basicGet("serai.failures", false)) {
                var parked = of(each);
                all.putIfAbsent(parked.id(), parked);
            }
            // what is not acknowledged goes back
        }
        return List.copyOf(all.values());
    }

    private static Parked of(GetResponse message) throws Exception {
        var headers = message.getProps().getHeaders();
        return new Parked(
                String.valueOf(headers.get("serai-failure-id")),
                String.valueOf(headers.get("cloudEvents_type")),
                String.valueOf(headers.get("cloudEvents_subject")),
                String.valueOf(headers.get("serai-failure-message")),
                JSON.readTree(message.getBody()));
    }
}
