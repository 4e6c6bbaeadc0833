// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.serai.routes.lint.Finding;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route file as it is on the disk, and whether that is what runs.
 *
 * <pre>{@code
 * {"path": "users/greet-user.camel.yaml", "hash": "9f86…", "state": "live", "running": {"hash": "9f86…", "version": 3},
 *  "findings": []}
 * }</pre>
 *
 * @param hash SHA-256 of the content; also its ETag
 * @param running what runs of this path; absent where nothing does
 * @param findings why the content does not run
 * @param refusedAt when that was known; absent where it is not refused
 * @param content only where one file is asked for
 */
record RouteFileView(
        String path,
        String hash,
        State state,
        @Nullable Running running,
        List<Finding> findings,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant refusedAt,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String content) {

    /** Whether the content runs. */
    enum State {
        LIVE,
        /** It is bad; what ran before runs on. */
        REFUSED,
        /** It was written a moment ago. */
        WAITING
    }

    /**
     * What runs.
     *
     * @param version absent while it is not stored yet
     */
    record Running(String hash, @Nullable Integer version) {}
}
