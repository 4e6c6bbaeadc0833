// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The host that a request was sent to, as its client wrote it: {@code localhost:8080}, {@code [::1]}, in lower case.
 *
 * <p>HTTP/1.1 says it in {@code Host}, HTTP/2 in {@code :authority}, for which Tomcat makes no header.
 */
final class Authority {

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private Authority() {}

    /** Empty where there is none. */
    static String of(HttpServletRequest request) {
        var host = request.getHeader(HttpHeaders.HOST);
        if (host == null && request.getProtocol().startsWith("HTTP/2")) {
            host = authority(request.getServerName(), request.getServerPort());
        }
        return host == null ? "" : host.toLowerCase(Locale.ROOT);
    }

    /** Without the port. */
    static String nameOf(HttpServletRequest request) {
        var host = of(request);
        var end = host.startsWith("[") ? host.indexOf(']') + 1 : host.indexOf(':');
        return end > 0 ? host.substring(0, end) : host;
    }

    /** Origins are written without the port of their scheme. */
    private static @Nullable String authority(@Nullable String name, int port) {
        return name == null || port <= 0 || port == HTTP || port == HTTPS ? name : name + ":" + port;
    }
}
