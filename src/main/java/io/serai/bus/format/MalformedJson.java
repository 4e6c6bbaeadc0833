// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.format;

import io.serai.message.Invalid;

/** Bytes that are no JSON text in UTF-8 (HTTP 400). */
public final class MalformedJson extends Invalid {

    MalformedJson(String detail) {
        super("reading JSON: " + detail);
    }

    MalformedJson(String detail, Throwable cause) {
        super("reading JSON: " + detail, cause);
    }
}
