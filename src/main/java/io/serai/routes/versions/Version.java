// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.versions;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.serai.routes.lint.Finding;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A content that a route file had.
 *
 * <pre>{@code
 * {"path": "users/greet-user.camel.yaml", "number": 3, "hash": "9f86…", "who": "ada", "note": "greets in French",
 *  "at": "2026-11-21T10:00:00Z", "result": "live", "findings": []}
 * }</pre>
 *
 * @param number 1 for the first of its path
 * @param who who put it over HTTP; {@code file} where it was written to the folder
 * @param content only where one version is asked for; absent too where the file was removed
 */
public record Version(
        String path,
        int number,
        String hash,
        String who,
        String note,
        Instant at,
        Result result,
        List<Finding> findings,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String content) {

    /** What became of it. */
    public enum Result {
        /** It ran. */
        LIVE,
        /** It was bad, and what ran before ran on. */
        REFUSED,
        /** The file was removed. */
        REMOVED
    }
}
