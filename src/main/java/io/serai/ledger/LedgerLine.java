// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One closed window of one subscription, as {@code GET /api/ledger} shows it; {@code published = delivered + failed + waiting
 * + difference}.
 *
 * <pre>{@code
 * {"from": "2026-11-21T10:00:00Z", "until": "2026-11-21T10:01:00Z", "subscription": "greet-user", "published": 42,
 *  "delivered": 40, "failed": 1, "waiting": 1, "duplicates": 0, "difference": 0, "uncertain": false, "state": "WAITING",
 *  "since": null}
 * }</pre>
 *
 * @param published distinct events published in the window that the subscription is to get
 * @param delivered of these, dealt with
 * @param failed of these, kept as failures, whatever was decided about them
 * @param waiting of these, in the queue or in hand, as far as one can tell: what waits counts for the youngest windows
 * @param duplicates how often one of them was published or dealt with once more
 * @param difference of these, nowhere
 * @param uncertain a hub was killed while they were under way, so that counts are missing
 * @param since from when the difference has been the same
 */
record LedgerLine(
        Instant from,
        Instant until,
        String subscription,
        long published,
        long delivered,
        long failed,
        long waiting,
        long duplicates,
        long difference,
        boolean uncertain,
        State state,
        @Nullable Instant since) {

    /** How a window stands. */
    enum State {
        /** All are dealt with or failed. */
        BALANCED,
        /** The rest waits. */
        WAITING,
        /** Some are nowhere; they may be on their way between two looks. */
        DIFFERENCE,
        /** Likewise, and they have stayed so for {@code serai.ledger.alarm-after}. */
        ALARM,
        /** Likewise, and a hub was killed that may have dealt with them. */
        UNCERTAIN
    }
}
