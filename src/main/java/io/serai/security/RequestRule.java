// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.Set;

/** One reason to turn a request away, whoever sends it. */
interface RequestRule {

    Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    /** Empty when the rule has nothing against the request. */
    Optional<Problem> refuse(HttpServletRequest request);

    /** True for every method that may change something. */
    static boolean changesState(HttpServletRequest request) {
        return !SAFE_METHODS.contains(request.getMethod());
    }
}
