// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

/** Where a failure stands: RETRYING → RESOLVED, or → DEAD → RESENT → RESOLVED or DEAD again, or → DISCARDED. */
enum FailureStatus {
    /** Waits for its next round, or is back in its queue. */
    RETRYING,
    /** Not tried again by itself. */
    DEAD,
    /** Sent back by a person. */
    RESENT,
    /** The subscriber has succeeded. */
    RESOLVED,
    /** Given up by a person. */
    DISCARDED;

    boolean isEnded() {
        return this == RESOLVED || this == DISCARDED;
    }
}
