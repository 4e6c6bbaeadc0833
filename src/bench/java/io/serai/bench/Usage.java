// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import java.util.List;

/**
 * Processor seconds used up to a moment.
 *
 * @param peer by the peer
 * @param servers by broker and database
 * @param own by this process and the load generators that have ended
 * @param busy by all of the machine
 * @param stolen by other machines on the same hardware
 */
record Usage(long nanos, double peer, double servers, double own, double busy, double stolen) {

    static Usage now(ProcessHandle peer, List<ProcessHandle> servers) {
        return new Usage(
                System.nanoTime(),
                Machine.cpu(peer),
                servers.stream().mapToDouble(Machine::cpu).sum(),
                Machine.own(),
                Machine.busy(),
                Machine.stolen());
    }

    /** What was used since an earlier moment. */
    Usage since(Usage earlier) {
        return new Usage(
                nanos - earlier.nanos,
                peer - earlier.peer,
                servers - earlier.servers,
                own - earlier.own,
                busy - earlier.busy,
                stolen - earlier.stolen);
    }

    /** Processors that were kept from the run by others. */
    double noise() {
        return Math.max(0, busy - peer - servers - own + stolen) / (nanos / 1e9);
    }
}
