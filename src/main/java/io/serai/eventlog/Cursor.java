// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Invalid;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.List;

/** Where the next page of the log begins, opaque to clients. New events do not move it. */
final class Cursor {

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private static final int MARKED = Long.BYTES + Long.BYTES + Integer.BYTES;

    private Cursor() {}

    static String before(LogPosition position) {
        var mark = position.mark();
        var bytes = ByteBuffer.allocate(mark == null ? Long.BYTES : MARKED).putLong(position.position());
        if (mark != null) {
            bytes.putLong(mark.micros()).putInt(mark.hash());
        }
        return ENCODER.encodeToString(bytes.array());
    }

    /** @throws Invalid where the text is no cursor of ours */
    static LogPosition position(String cursor) {
        try {
            var bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(cursor));
            if ((bytes.remaining() == Long.BYTES || bytes.remaining() == MARKED) && bytes.getLong(0) > 0) {
                var position = bytes.getLong();
                return new LogPosition(
                        position, bytes.hasRemaining() ? new LogPosition.Mark(bytes.getLong(), bytes.getInt()) : null);
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
