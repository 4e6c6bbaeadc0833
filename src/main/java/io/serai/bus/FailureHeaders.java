// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.Frame;
import io.serai.message.EventIds;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UnsupportedEncodingException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the facts of a failure into headers {@code serai-failure-*} beside those the message had.
 *
 * <p>Headers must fit one AMQP frame (131,072 bytes on RabbitMQ) or parking itself would fail for ever: the facts take
 * at most 32 KiB, and less where the message's own headers leave less; a cut is noted in {@code serai-failure-cut}.
 */
final class FailureHeaders {

    static final String PREFIX = "serai-failure-";
    static final String RESOLVED = PREFIX + "resolved";
    static final int MAX_FACTS = 32 * 1024;

    private static final int FRAME = 120_000;
    private static final int SHORT = 1024;
    private static final int MAX_CAUSES = 10;
    private static final int PERSISTENT = 2;

    private final Clock clock;
    private final String host = host();

    FailureHeaders(Clock clock) {
        this.clock = clock;
    }

    /** The notice that a message which had failed was dealt with; without a body. */
    static BasicProperties resolved(Retried retried) {
        return new BasicProperties.Builder()
                .deliveryMode(PERSISTENT)
                .messageId(retried.failureId() + "-" + retried.round() + "-resolved")
                .headers(Map.of(RESOLVED, retried.failureId(), PREFIX + "round", retried.round()))
                .build();
    }

    BasicProperties with(BasicProperties original, String from, @Nullable String retry, Failure failure) {
        var headers = new HashMap<String, Object>(original.getHeaders() == null ? Map.of() : original.getHeaders());
        headers.keySet().removeIf(name -> name.startsWith(PREFIX) || name.startsWith(Retried.PREFIX));
        var leftOut = leaveOutLargest(headers);
        var retried = Retried.of(original);
        var id = retried == null ? firstId(original, from) : retried.failureId();
        headers.putAll(facts(id, from, failure, Math.min(MAX_FACTS, FRAME - size(headers))));
        headers.put(PREFIX + "round", retried == null ? 0 : retried.round());
        if (retry != null) {
            headers.put(PREFIX + "policy", retry);
        }
        if (leftOut > 0) {
            headers.merge(PREFIX + "cut", leftOut + " large headers left out", (one, other) -> one + "; " + other);
        }
        return original.builder()
                .headers(headers)
                .deliveryMode(PERSISTENT)
                .expiration(null)
                .build();
    }

    /** Leaves the facts without their trace room in the frame; returns how many headers had to go. */
    private static int leaveOutLargest(Map<String, Object> headers) {
        int leftOut = 0;
        while (size(headers) > FRAME - MAX_FACTS / 2) {
            headers.keySet().stream()
                    .max(Comparator.comparing(name -> size(Collections.singletonMap(name, headers.get(name)))))
                    .ifPresent(headers::remove);
            leftOut++;
        }
        return leftOut;
    }

    /** As the client writes them. */
    private static int size(Map<String, Object> headers) {
        try {
            return Math.toIntExact(Frame.tableSize(headers));
        } catch (UnsupportedEncodingException impossible) {
            throw new IllegalStateException("every Java platform has UTF-8", impossible);
        }
    }

    /** The facts as headers, cut to about {@code room} bytes. */
    Map<String, String> facts(String id, String from, Failure failure, int room) {
        var facts = new HashMap<String, String>();
        put(facts, "id", id);
        put(facts, "from", from);
        put(facts, "at", clock.instant().toString());
        put(facts, "host", host);
        put(facts, "attempts", Integer.toString(failure.attempts()));
        put(facts, "retryable", Boolean.toString(failure.retryable()));
        put(facts, "postponed", Boolean.toString(failure.postponed()));
        put(facts, "route", failure.routeId());
        put(facts, "node", failure.nodeId());
        put(facts, "location", failure.location());
        put(facts, "exception", failure.cause().getClass().getName());
        put(facts, "exceptions", chain(failure.cause()));
        put(facts, "message", failure.cause().getMessage());
        int left = Math.max(0, room - 10 * SHORT);
        var trace = trace(failure.cause());
        var cut = cut(trace, left);
        facts.put(PREFIX + "trace", cut);
        if (cut.length() < trace.length()) {
            facts.put(PREFIX + "cut", "trace cut from " + trace.length() + " to " + cut.length() + " characters");
        }
        return facts;
    }

    /** The same for each delivery of one event to one subscription, so that what is parked twice is one failure. */
    static String firstId(BasicProperties original, String from) {
        Map<String, Object> headers = original.getHeaders() == null ? Map.of() : original.getHeaders();
        var source = headers.get(AmqpEvents.PREFIX + "source");
        var id = headers.get(AmqpEvents.PREFIX + "id");
        return source == null || id == null ? EventIds.next() : idOf(from, source + "\n" + id);
    }

    static String idOf(String from, String identity) {
        return UUID.nameUUIDFromBytes((from + "\n" + identity).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** Class names from the exception to its first cause. */
    private static String chain(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .limit(MAX_CAUSES)
                .map(each -> each.getClass().getName())
                .collect(Collectors.joining(","));
    }

    /** For a log line: no line breaks or other control characters, and short. */
    static String printable(@Nullable String text) {
        var shortened = cut(text == null ? "" : text, SHORT);
        return shortened.replaceAll("\\p{Cntrl}", "?");
    }

    private static void put(Map<String, String> facts, String name, @Nullable String value) {
        if (value != null) {
            facts.put(PREFIX + name, cut(value, SHORT));
        }
    }

    private static String trace(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    /** Cuts to a number of UTF-8 bytes without splitting a character. */
    private static String cut(String text, int maxBytes) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= maxBytes) {
            return text;
        }
        int end = maxBytes;
        while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
            end--;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "unknown";
        }
    }
}
