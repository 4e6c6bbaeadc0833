// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import io.serai.testing.HubProcess;
import java.net.URI;
import java.util.regex.Pattern;

/** Finds the broker of a hub. */
final class Brokers {

    private static final Pattern PRINTED = Pattern.compile("Embedded broker started in \\d+ ms: (amqp://\\S+)");

    private Brokers() {}

    /** What the hub printed last: port and password change with each start. */
    static URI embedded(HubProcess hub) {
        var found = PRINTED.matcher(hub.output());
        var last = "";
        while (found.find()) {
            last = found.group(1);
        }
        return URI.create(last);
    }
}
