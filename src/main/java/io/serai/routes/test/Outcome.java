// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How the run of a case ended: with an answer where one message went through one route, or with what failed it. */
record Outcome(
        @Nullable String body,
        Map<String, Object> headers,
        @Nullable Throwable failure) {

    static final Outcome NONE = new Outcome(null, Map.of(), null);

    static Outcome failed(Throwable failure) {
        return new Outcome(null, Map.of(), failure);
    }
}
