// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import com.rabbitmq.client.GetResponse;
import java.util.ArrayList;
import java.util.List;

/** What the hub has parked in {@code serai.failures}, by whence it came. */
final class ParkedMessages {

    /** One of them. */
    record Parked(String from, String id, String reason, String body) {}

    private final OtherSystem broker;
    private final List<Parked> all = new ArrayList<>();

    ParkedMessages(OtherSystem broker) {
        this.broker = broker;
    }

    List<Parked> from(String origin) {
        broker.take("serai.failures").forEach(each -> all.add(read(each)));
        return all.stream().filter(each -> each.from().equals(origin)).toList();
    }

    private static Parked read(GetResponse message) {
        var headers = message.getProps().getHeaders();
        return new Parked(
                String.valueOf(headers.get("serai-failure-from")),
                String.valueOf(message.getProps().getMessageId()),
                String.valueOf(headers.get("serai-failure-message")),
                OtherSystem.text(message));
    }
}
