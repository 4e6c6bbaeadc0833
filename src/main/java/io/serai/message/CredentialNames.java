// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Tells by their names the headers that carry a credential, and those that belong to one connection only: neither passes
 * from one system to the next through the hub.
 */
public final class CredentialNames {

    /** Matches a whole name; for filters that take an expression. */
    public static final Pattern PATTERN = Pattern.compile(
            "(?:[a-z0-9]+[-_])*"
                    + "(?:authorization|authenticate|authentication-info|cookie2?|api[-_]?key|subscription[-_]key"
                    + "|functions[-_]key|(?:access|auth|security|csrf|xsrf|session|private|vault|id|refresh|bearer"
                    + "|client)[-_]?token|secret|password|passwd|credentials?)",
            Pattern.CASE_INSENSITIVE);

    /** RFC 9110, section 7.6.1, and what proxies add. */
    private static final Set<String> OF_ONE_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "expect");

    private CredentialNames() {}

    /**
     * Whether the name is that of a credential.
     *
     * @param name of a header or parameter, in any case
     */
    public static boolean isCredential(String name) {
        return PATTERN.matcher(name).matches();
    }

    /**
     * Whether the header is for one connection only.
     *
     * @param name of a header, in any case
     */
    public static boolean isOfOneConnection(String name) {
        return OF_ONE_CONNECTION.contains(name.toLowerCase(Locale.ROOT));
    }
}
