// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;

/**
 * Turns away what a browser sends for a page that is not the hub's own.
 *
 * <p>An {@code Origin} must be on the host the request was sent to, or be listed; {@code null} never is. Schemes are not
 * compared, since TLS may end at a proxy; the proxy has to keep {@code Host}. Where a browser says how a request came
 * about ({@code Sec-Fetch-Site}), it must come from the hub's own page or from the person, whatever its method: a route
 * may change something on GET. Only the hub's own pages may be linked to. Other clients send neither.
 */
final class SameOriginRule implements RequestRule {

    private static final Pattern ORIGIN = Pattern.compile("https?://([a-z0-9.\\-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");
    private static final Problem FOREIGN = Problem.of(
            403,
            "foreign-origin",
            "The request comes from a web page of another site. List its origin in serai.security.allowed-origins if it may"
                    + " call the hub; behind a proxy, let the proxy keep the Host header.");

    private final Set<String> allowed;

    /** @throws StartRefused when an entry is not an origin; {@code *} is none */
    SameOriginRule(List<String> allowedOrigins) {
        allowed = allowedOrigins.stream()
                .map(origin -> origin.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
        if (!allowed.stream().allMatch(origin -> ORIGIN.matcher(origin).matches())) {
            throw new StartRefused(
                    "serai.security.allowed-origins has an entry that is not an origin.",
                    "Write scheme, host and port only, as in https://pages.example.com; wildcards are not taken.");
        }
    }

    @Override
    public Optional<Problem> refuse(HttpServletRequest request) {
        var origins = Collections.list(request.getHeaders(HttpHeaders.ORIGIN)).stream()
                .map(origin -> origin.toLowerCase(Locale.ROOT))
                .toList();
        if (origins.stream().anyMatch(origin -> !allowed.contains(origin) && !sameHost(origin, request))) {
            return Optional.of(FOREIGN);
        }
        var site = request.getHeader("Sec-Fetch-Site");
        if (site == null || OwnPages.reads(request) || OWN_SITES.contains(site)) {
            return Optional.empty();
        }
        return !origins.isEmpty() && allowed.containsAll(origins) ? Optional.empty() : Optional.of(FOREIGN);
    }

    private static boolean sameHost(String origin, HttpServletRequest request) {
        return ORIGIN.matcher(origin).matches()
                && origin.substring(origin.indexOf("//") + 2).equals(Authority.of(request));
    }
}
