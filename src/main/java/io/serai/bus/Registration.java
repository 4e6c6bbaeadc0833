// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

/** A subscription being read in this hub. */
public interface Registration {

    /**
     * Stops taking messages, waits up to 30 s for those in hand, then gives the rest back to the queue. The queue stays
     * and goes on collecting. Calling it again does nothing.
     */
    void stop();
}
