// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.suspect;

/** Hubs have died while they had a message in hand. */
public final class DeadlyMessage extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DeadlyMessage() {
        super("it was in hand when " + Suspects.MOST_DEATHS + " hubs died, so it is not tried again by itself;"
                + " find in their last logs why they died, mend that, then replay it");
    }
}
