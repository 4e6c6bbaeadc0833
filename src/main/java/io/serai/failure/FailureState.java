// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

/**
 * Where a failure stands: RETRYING → RESOLVED, or → DEAD → RESENT → RESOLVED or DEAD again, or → DISCARDED, or → EDITED and
 * then as its edited copy ends.
 */
enum FailureState {
    /** Waits for its next round, or is back in its queue. */
    RETRYING,
    /** Not tried again by itself. */
    DEAD,
    /** Sent back by a person. */
    RESENT,
    /** An edited copy stands in for it; never sent again itself. */
    EDITED,
    /** The subscriber has succeeded. */
    RESOLVED,
    /** Given up by a person. */
    DISCARDED;

    boolean isEnded() {
        return this == RESOLVED || this == DISCARDED;
    }

    /** Whether a delivery that fails changes nothing any more. */
    boolean isLeft() {
        return isEnded() || this == EDITED;
    }
}
