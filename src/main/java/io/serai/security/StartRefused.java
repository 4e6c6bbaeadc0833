// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

/** The hub does not start, since it would be open to more than its configuration says; printed without a stack trace. */
final class StartRefused extends RuntimeException {

    private final String wayOut;

    /**
     * @param reason names the configuration key, never its value where that may be secret
     * @param wayOut what to change
     */
    StartRefused(String reason, String wayOut) {
        super(reason);
        this.wayOut = wayOut;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    String wayOut() {
        return wayOut;
    }
}
