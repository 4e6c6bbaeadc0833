// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a person decided about many failures, and how far it is.
 *
 * <pre>{@code
 * {"id": "01a1…", "kind": "REPLAY", "state": "RUNNING", "who": "ann", "reason": "the service is mended",
 *  "excluded": 0, "selected": 412, "released": 98, "skipped": 2, "resolved": 95, "failedAgain": 1, "left": 312}
 * }</pre>
 *
 * @param excluded failures that match and are not in the set of a replay, since they cannot be replayed
 * @param selected failures in the set, fixed when the job was made
 * @param released let go so far: due to be sent, or discarded
 * @param skipped somebody else had dealt with them, or they had ended, before they could be let go
 * @param resolved of those released: the subscriber has succeeded
 * @param failedAgain of those released: dead again, or, where their queue waits for them, tried again by their policy
 * @param left marked, and neither released nor skipped
 * @param later dead ones that match the selection and are not in the set, since they came after the click; told of one job
 *     by itself, up to 10,000
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Job(
        String id,
        Kind kind,
        State state,
        String who,
        String reason,
        @JsonRawValue @Schema(implementation = Object.class) String selection,
        int rate,
        boolean ramp,
        Instant createdAt,
        @Nullable Instant endedAt,
        long excluded,
        long selected,
        long released,
        long skipped,
        long resolved,
        long failedAgain,
        long left,
        @Nullable Long later) {

    Job withLater(long count) {
        return new Job(
                id,
                kind,
                state,
                who,
                reason,
                selection,
                rate,
                ramp,
                createdAt,
                endedAt,
                excluded,
                selected,
                released,
                skipped,
                resolved,
                failedAgain,
                left,
                count);
    }

    enum Kind {
        REPLAY,
        DISCARD
    }

    enum State {
        RUNNING,
        DONE,
        CANCELLED,
        /** Too many failed again. */
        STOPPED,
        UNDONE
    }

    /**
     * How a job goes on.
     *
     * @param rate failures a second, 1 to 10000
     * @param ramp begin with one, then 2, 5, 10 and so on, each step when the one before has its outcome
     * @param stopAtFailureRatio 0 to 1: ends the job when more of what has an outcome failed again; null: never
     */
    record Pace(int rate, boolean ramp, @Nullable Double stopAtFailureRatio) {}
}
