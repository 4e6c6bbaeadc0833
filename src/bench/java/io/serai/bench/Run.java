// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

/**
 * One run of one peer.
 *
 * @param accepted orders answered 202
 * @param rows orders stored; a few more than accepted, since the load ends with answers on their way
 * @param lost accepted and not stored
 * @param rowsPerSecond from the first row to the last
 * @param peerMicros processor time of the peer for each row
 * @param serverMicros likewise of broker and database
 * @param noise processors used or stolen by others
 */
record Run(
        String peer,
        int round,
        String by,
        long accepted,
        long other,
        long rows,
        long lost,
        double postsPerSecond,
        double rowsPerSecond,
        double p50Millis,
        double p99Millis,
        double peerMicros,
        double serverMicros,
        double noise) {

    static Run of(String peer, int round, Load.Result load, Table.Rows rows, Usage before, Usage after, Usage drained) {
        var whole = drained.since(before);
        var stored = Math.max(1, rows.count());
        return new Run(
                peer,
                round,
                load.by(),
                load.accepted(),
                load.other(),
                rows.count(),
                Math.max(0, load.accepted() - rows.count()),
                load.perSecond(),
                rows.seconds() == 0 ? 0 : rows.count() / rows.seconds(),
                load.p50Millis(),
                load.p99Millis(),
                whole.peer() / stored * 1e6,
                whole.servers() / stored * 1e6,
                after.since(before).noise());
    }
}
