// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

/** A subscription being read in this hub. */
public interface Registration {

    /**
     * Begins nothing more until {@link #resume} or {@link #stop}; returns at once. What is in hand goes on and is acknowledged, and
     * what was fetched stays fetched: nothing goes back to the queue, so pausing is for seconds.
     */
    void pause();

    /** Goes on as before {@link #pause}. */
    void resume();

    /** Events that the subscriber has begun and not settled. */
    int inHand();

    /**
     * Stops taking messages, waits up to 30 s for those in hand, then gives the rest back to the queue. The queue stays
     * and goes on collecting. Calling it again does nothing.
     */
    void stop();
}
