// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

/**
 * Knows up to when all that a consumer had taken has been settled, though the client does not tell how much it has fetched
 * ahead: after as many settled as may be in flight, or when the consumer has idled, nothing of before is left.
 *
 * <p>Not thread-safe; sampled by one thread at a time.
 */
final class Turnover {

    private long checkpoint;
    private long settledThen;
    private long settledLast;
    private long turned;

    Turnover(long now) {
        checkpoint = now;
        turned = now;
    }

    /**
     * Takes a sample.
     *
     * @param settled messages settled so far
     * @param inHand messages handed to the subscriber and not settled
     * @param prefetch most messages in flight
     * @return the time, on the scale of {@code now}
     */
    long sample(long now, long settled, int inHand, int prefetch) {
        var idle = inHand == 0 && settled == settledLast;
        settledLast = settled;
        if (idle) {
            turned = now;
        } else if (settled - settledThen >= prefetch) {
            turned = checkpoint;
        } else {
            return turned;
        }
        checkpoint = now;
        settledThen = settled;
        return turned;
    }
}
