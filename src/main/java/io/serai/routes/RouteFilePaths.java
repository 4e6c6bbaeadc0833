// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.regex.Pattern;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Hands the controller all folders of a path as one, {@code a%2Fb} for {@code a/b} and {@code %2F} for none: a controller's
 * path has as many parts as it says. A request that comes so from outside does not get here, the firewall refuses it.
 */
final class RouteFilePaths extends OncePerRequestFilter {

    static final String AT = "/api/route-files/";

    /** The routes folder itself, as a controller sees it. */
    static final String NO_FOLDER = "/";

    private static final Pattern FILE = Pattern.compile(
            AT + "(.*/)?([^/]+\\.(?:yaml|java|json)(?:/(?:validate|test|rollback|versions(?:/[^/]*)?))?)");

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var file = FILE.matcher(request.getRequestURI());
        if (!file.matches()) {
            chain.doFilter(request, response);
            return;
        }
        var folders = file.group(1) == null
                ? NO_FOLDER
                : file.group(1).substring(0, file.group(1).length() - 1);
        var uri = AT + folders.replace("/", "%2F") + "/" + file.group(2);
        chain.doFilter(
                new HttpServletRequestWrapper(request) {
                    @Override
                    public String getRequestURI() {
                        return uri;
                    }
                },
                response);
    }
}
