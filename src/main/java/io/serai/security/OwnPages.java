// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/** Paths of the hub's own pages, which run nothing and which pages of other sites may link to. */
final class OwnPages {

    static final List<String> PATHS = List.of("/", "/index.html", "/favicon.ico", "/console/**", "/webjars/**");

    private static final RequestMatcher ANY = new OrRequestMatcher(PATHS.stream()
            .<RequestMatcher>map(PathPatternRequestMatcher.withDefaults()::matcher)
            .toList());

    private OwnPages() {}

    /** Whether the request reads such a page. */
    static boolean reads(HttpServletRequest request) {
        return !RequestRule.changesState(request) && ANY.matches(request);
    }
}
