// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

/**
 * A consumer of events whose route is about to be replaced: pause it, wait until nothing is in hand, and replace the route;
 * or resume it, as if nothing had been.
 */
public interface Pausable {

    /** Begins nothing more from now on; returns at once. */
    void pauseReading();

    /** How many events are begun and not settled. */
    int inHand();

    /** Goes on as before. */
    void resumeReading();
}
