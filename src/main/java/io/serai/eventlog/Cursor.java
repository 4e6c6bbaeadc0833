// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Invalid;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

/** Where the next page of the log begins, opaque to clients. New events do not move it. */
final class Cursor {

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private Cursor() {}

    static String before(long position) {
        return ENCODER.encodeToString(
                ByteBuffer.allocate(Long.BYTES).putLong(position).array());
    }

    /** @throws Invalid where the text is no cursor of ours */
    static long position(String cursor) {
        try {
            var bytes = Base64.getUrlDecoder().decode(cursor);
            if (bytes.length == Long.BYTES && ByteBuffer.wrap(bytes).getLong() > 0) {
                return ByteBuffer.wrap(bytes).getLong();
            }
        } catch (IllegalArgumentException noBase64) {
            // said below, with the shapes that are base64 and no cursor
        }
        throw new Invalid(
                "reading event log: cursor is not one of ours, start again without",
                List.of(new Invalid.Field("cursor", "expected the next of the page before")),
                null);
    }
}
