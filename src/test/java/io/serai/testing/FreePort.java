// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Picks ports for servers that must know theirs before they start. */
final class FreePort {

    // Below the range from which systems take the ports of outgoing connections: those would often be gone by the time
    // a server that takes seconds to start asks for its own.
    private static final int FROM = 20_000;
    private static final int TO = 32_000;
    private static final int ATTEMPTS = 100;

    private FreePort() {}

    /** A loopback port that nobody listens on now; somebody else may still be faster. */
    static int next() {
        for (var attempt = 0; attempt < ATTEMPTS; attempt++) {
            var port = ThreadLocalRandom.current().nextInt(FROM, TO);
            try (var probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return probe.getLocalPort();
            } catch (IOException taken) {
                // the next may be free
            }
        }
        throw new IllegalStateException(
                "finding a free port: %d tries from %d to %d were all taken".formatted(ATTEMPTS, FROM, TO));
    }
}
