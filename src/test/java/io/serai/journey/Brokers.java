// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import io.serai.testing.HubProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Finds the broker of a hub. */
final class Brokers {

    private static final Pattern PRINTED =
            Pattern.compile("Embedded broker started in \\d+ ms: .* \\(user and password in (.+?), data in ");

    private Brokers() {}

    /** From the file that the hub named last: port and password change with each start. */
    static URI embedded(HubProcess hub) {
        var found = PRINTED.matcher(hub.output());
        var last = "";
        while (found.find()) {
            last = found.group(1);
        }
        try {
            return URI.create(Files.readString(Path.of(last)).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
