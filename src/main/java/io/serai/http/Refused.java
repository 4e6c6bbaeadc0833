// SPDX-License-Identifier: Apache-2.0
package io.serai.http;

import org.jspecify.annotations.Nullable;

/** Ends a request with exactly this problem; for the edge only, where none of the hub's four kinds says enough. */
public final class Refused extends RuntimeException {

    private final transient Problem problem;

    public Refused(Problem problem) {
        this(problem, null);
    }

    public Refused(Problem problem, @Nullable Throwable cause) {
        // an answer to a client, not a fault of the hub: nobody reads its stack
        super(problem.detail(), cause, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
