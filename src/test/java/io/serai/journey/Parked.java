// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** What a route parked, as it lies in the queue of failures. */
record Parked(String type, String subject, String reason, JsonNode data) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** All of them; looking takes nothing away. */
    static List<Parked> all(URI broker) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(broker);
        var all = new ArrayList<Parked>();
        try (var connection = factory.newConnection("failures")) {
            var channel = connection.createChannel();
            for (var each = channel.basicGet("serai.failures", false);
                    each != null;
                    each = channel.basicGet("serai.failures", false)) {
                all.add(of(each));
            }
            // what is not acknowledged goes back
        }
        return all;
    }

    private static Parked of(GetResponse message) throws Exception {
        var headers = message.getProps().getHeaders();
        return new Parked(
                String.valueOf(headers.get("cloudEvents_type")),
                String.valueOf(headers.get("cloudEvents_subject")),
                String.valueOf(headers.get("serai-failure-message")),
                JSON.readTree(message.getBody()));
    }
}
