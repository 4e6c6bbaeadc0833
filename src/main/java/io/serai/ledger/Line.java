// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A window of a subscription in which events are missing, as it is judged; times in milliseconds since 1970.
 *
 * @param missing neither dealt with nor failed
 * @param waiting of these, taken to wait in the queue
 * @param since from when the rest has been the same; null where there is none
 */
record Line(
        long window,
        String subscription,
        long missing,
        long waiting,
        boolean uncertain,
        @Nullable Long since,
        LedgerLine.State state) {

    /**
     * Judges the windows of one subscription anew.
     *
     * @param youngestFirst those in which something is missing
     * @param waiting how many events of these windows wait; a queue is first in, first out, so they are the youngest
     * @param turned what was in hand at that time, and still may be to our eyes missing, has been settled since
     * @param alarmAfter how long a difference stays before it is an alarm
     */
    static List<Line> judged(List<Line> youngestFirst, long waiting, long turned, long now, long alarmAfter) {
        var judged = new ArrayList<Line>(youngestFirst.size());
        var left = Math.max(0, waiting);
        for (var line : youngestFirst) {
            var waits = Math.min(line.missing, left);
            left -= waits;
            judged.add(line.judged(waits, turned, now, alarmAfter));
        }
        return judged;
    }

    private Line judged(long waits, long turned, long now, long alarmAfter) {
        if (missing <= waits) {
            var calm = missing == 0 ? LedgerLine.State.BALANCED : LedgerLine.State.WAITING;
            return new Line(window, subscription, missing, waits, uncertain, null, calm);
        }
        var from = since == null ? now : since;
        var stays = now - from >= alarmAfter && turned >= from;
        var state =
                uncertain ? LedgerLine.State.UNCERTAIN : stays ? LedgerLine.State.ALARM : LedgerLine.State.DIFFERENCE;
        return new Line(window, subscription, missing, waits, uncertain, from, state);
    }

    boolean isJudgedAs(Line other) {
        return waiting == other.waiting && state == other.state && Objects.equals(since, other.since);
    }
}
