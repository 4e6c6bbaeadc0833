// SPDX-License-Identifier: Apache-2.0
package io.serai.http;

import jakarta.servlet.ServletRequest;

/** Marks a call that said only that its caller is still there: it changed nothing that an audit is about. */
public final class Heartbeat {

    private static final String ATTRIBUTE = Heartbeat.class.getName();

    private Heartbeat() {}

    public static void mark(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, true);
    }

    public static boolean isMarked(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) != null;
    }
}
