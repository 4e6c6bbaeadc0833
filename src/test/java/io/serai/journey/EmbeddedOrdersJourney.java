// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import java.net.URI;
import java.util.Map;
import java.util.regex.Pattern;

class EmbeddedOrdersJourney extends OrdersContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    /** The embedded broker says at each start where it is. */
    @Override
    URI broker() {
        var addresses = Pattern.compile("amqp://\\S+@127.0.0.1:\\d+").matcher(hub.output());
        return addresses
                .results()
                .map(each -> URI.create(each.group()))
                .reduce((first, last) -> last)
                .orElseThrow();
    }
}
