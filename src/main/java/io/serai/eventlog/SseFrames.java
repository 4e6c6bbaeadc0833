// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Writes stored events as Server-Sent Events into one buffer.
 *
 * <pre>{@code
 * id: 7-1764457335123456-6f2c01aa
 * data: {"specversion":"1.0","id":"0193...","type":"user.created",...,"position":"7","data":{"id":"42"}}
 * }</pre>
 *
 * <p>A line break inside a JSON body can only be white space, and becomes a further {@code data:} line, which the client
 * joins with a line feed. There is no {@code event:} field: browsers would hide the event from {@code onmessage}.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
 */
final class SseFrames {

    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final JsonMapper JSON = new JsonMapper();

    private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();

    SseFrames event(StoredEvent event) throws IOException {
        ascii("id: " + LogPosition.of(event).text() + "\n");
        lines(JSON.writeValueAsBytes(event));
        ascii("\n");
        return this;
    }

    /** Says how far the client has come, without an event: it resumes there, and a dead one is noticed. */
    SseFrames reached(LogPosition position) {
        ascii(":\nid: " + position.text() + "\n\n");
        return this;
    }

    /** Says nothing, to a client whose place in the log is not known yet. */
    SseFrames waiting() {
        ascii(":\n\n");
        return this;
    }

    /** Says where the stream begins, and how long the client waits after its end before it connects again. */
    SseFrames begun(LogPosition position, Duration reconnect) {
        ascii(":\nid: %s\nretry: %d\n\n".formatted(position.text(), reconnect.toMillis()));
        return this;
    }

    /**
     * Says that the log has gone back: what the client has seen up to {@code seen} may be in it no more, and what follows
     * {@code from} comes, some of it again.
     *
     * <pre>{@code
     * event: reset
     * id: 70-1764457335000000-11f0aa07
     * data: {"position":91,"from":70}
     * }</pre>
     */
    SseFrames reset(LogPosition seen, LogPosition from) {
        ascii("event: reset\nid: %s\ndata: {\"position\":%d,\"from\":%d}\n\n"
                .formatted(from.text(), seen.position(), from.position()));
        return this;
    }

    int size() {
        return buffer.size();
    }

    /** What was written since the last call. */
    byte[] take() {
        var bytes = buffer.toByteArray();
        buffer.reset();
        return bytes;
    }

    private void lines(byte[] json) {
        buffer.writeBytes(DATA);
        int start = 0;
        for (int i = 0; i < json.length; i++) {
            if (json[i] == '\n' || json[i] == '\r') {
                buffer.write(json, start, i - start);
                if (json[i] == '\r' && i + 1 < json.length && json[i + 1] == '\n') {
                    i++;
                }
                buffer.write('\n');
                buffer.writeBytes(DATA);
                start = i + 1;
            }
        }
        buffer.write(json, start, json.length - start);
        buffer.write('\n');
    }

    private void ascii(String text) {
        buffer.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
