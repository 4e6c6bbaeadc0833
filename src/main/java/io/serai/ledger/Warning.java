// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import java.time.Instant;

/**
 * Something that a person should look at, as {@code GET /api/warnings} shows it.
 *
 * <pre>{@code
 * {"kind": "ORPHANED_SUBSCRIPTION", "name": "greet-user", "detail": "12 events wait and no route reads them",
 *  "since": "2026-11-21T10:00:00Z"}
 * }</pre>
 *
 * @param name of what it is about: a subscription, a queue, a route, an event type
 * @param since when it began, by the database's clock
 */
record Warning(Kind kind, String name, String detail, Instant since) {

    /** What is wrong. */
    enum Kind {
        /** Events are neither delivered nor failed nor waiting. */
        LEDGER_DIFFERENCE,
        /** An event type is published and nobody but the log subscribes to it. */
        EVENT_WITHOUT_SUBSCRIBER,
        /** Events wait for a subscription that no route of any hub reads. */
        ORPHANED_SUBSCRIPTION,
        /** Failures wait in their queue and no hub takes them. */
        DEAD_LETTERS_UNREAD,
        /** Messages wait in a queue that a started route should read, and nobody does. */
        QUEUE_WITHOUT_CONSUMERS,
        /** Messages wait for a route that is stopped or suspended. */
        STOPPED_ROUTE,
        /** A route declares a queue that does not outlive the broker. */
        NON_DURABLE_QUEUE,
        /** Sequences of a subject were passed over. */
        SEQUENCE_GAP,
        /** The broker does not take an event of the outbox, say for its size. */
        OUTBOX_ROW_REFUSED,
        /** A route gets nothing to do, since its poll, timer or queue fails. */
        FAILING_INPUT
    }
}
