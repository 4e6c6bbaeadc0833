// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

/**
 * What one subscription was owed in one window, and what has become of it, by distinct events.
 *
 * @param published events owed; one that was dealt with was published, even if the hub that did so could not say it
 * @param delivered events dealt with
 * @param duplicates how often one of them was published or dealt with once more
 * @param open marks of the events neither dealt with nor failed, a set
 * @param failures marks of the events that failed and have not been dealt with since, a set
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Account(long published, long delivered, long duplicates, long[] open, long[] failures) {

    /** Opens the account of a window that is over; marks in no order, with repeats. */
    static Account of(long[] published, long[] delivered, long[] failed) {
        var owed = Marks.set(published);
        var done = Marks.set(delivered);
        var failures = Marks.minus(Marks.set(failed), done);
        return new Account(
                Marks.union(Marks.union(owed, done), failures).length,
                done.length,
                published.length - owed.length + delivered.length - done.length,
                Marks.minus(Marks.minus(owed, done), failures),
                failures);
    }

    /** Adds what came later; marks in no order, with repeats. A retry that succeeds is no duplicate. */
    Account with(long[] deliveredLater, long[] failedLater) {
        var done = Marks.set(deliveredLater);
        var settled = Marks.both(open, done).length + Marks.both(failures, done).length;
        var left = Marks.minus(open, done);
        var failed = Marks.both(left, Marks.set(failedLater));
        return new Account(
                published,
                delivered + settled,
                duplicates + deliveredLater.length - settled,
                Marks.minus(left, failed),
                Marks.union(Marks.minus(failures, done), failed));
    }

    long missing() {
        return open.length;
    }

    long failed() {
        return failures.length;
    }
}
