// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.EventIds;
import io.serai.message.HubName;
import io.serai.message.Invalid;
import io.serai.message.Printable;
import io.serai.message.SecretValues;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
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
 * <p>The facts take at most 32 KiB, and less where the message's own headers leave less in a frame; a cut of either is
 * noted in {@code serai-failure-cut}. Secrets in the facts are masked; the message's own headers stay, for its replay.
 */
final class FailureHeaders {

    static final String PREFIX = "serai-failure-";
    static final String RESOLVED = PREFIX + "resolved";
    static final int MAX_FACTS = 32 * 1024;

    private static final int SHORT = 1024;
    private static final int MAX_CAUSES = 10;
    /** Of what another system has answered. */
    private static final int MAX_ANSWER = 4 * 1024;

    private static final int PERSISTENT = 2;

    private final Clock clock;
    private final SecretValues secrets;
    private final HubName hub;

    FailureHeaders(Clock clock, SecretValues secrets, HubName hub) {
        this.clock = clock;
        this.secrets = secrets;
        this.hub = hub;
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
        // leaves the facts without their trace room in the frame
        var sendable = Sendable.of(withoutOwn(original), Sendable.MOST - MAX_FACTS / 2);
        var headers = new HashMap<>(sendable.properties().getHeaders());
        var retried = Retried.of(original);
        var id = retried == null ? firstId(original, from) : retried.failureId();
        headers.putAll(facts(id, from, failure, Math.min(MAX_FACTS, Sendable.MOST - Sendable.size(headers))));
        headers.put(PREFIX + "round", retried == null ? 0 : retried.round());
        if (retry != null) {
            headers.put(PREFIX + "policy", retry);
        }
        var cut = sendable.cut();
        if (cut != null) {
            headers.merge(PREFIX + "cut", cut, (one, other) -> one + "; " + other);
        }
        return sendable.properties()
                .builder()
                .headers(headers)
                .deliveryMode(PERSISTENT)
                .build();
    }

    /** What an earlier round, or a forger, wrote where the hub writes. */
    private static BasicProperties withoutOwn(BasicProperties original) {
        var headers = new HashMap<String, Object>(original.getHeaders() == null ? Map.of() : original.getHeaders());
        headers.keySet().removeIf(name -> name.startsWith(PREFIX) || name.startsWith(Retried.PREFIX));
        return original.builder().headers(headers).build();
    }

    /** The facts as headers, cut to about {@code room} bytes. */
    Map<String, String> facts(String id, String from, Failure failure, int room) {
        var facts = new HashMap<String, String>();
        put(facts, "id", id);
        put(facts, "from", from);
        put(facts, "at", clock.instant().toString());
        put(facts, "host", hub.value());
        put(facts, "attempts", Integer.toString(failure.attempts()));
        put(facts, "retryable", Boolean.toString(failure.retryable()));
        put(facts, "postponed", Boolean.toString(failure.postponed()));
        put(facts, "route", failure.routeId());
        put(facts, "version", failure.routeVersion());
        put(facts, "node", failure.nodeId());
        put(facts, "location", failure.location());
        put(facts, "exception", failure.cause().getClass().getName());
        put(facts, "exceptions", chain(failure.cause()));
        put(facts, "message", secrets.maskNullable(message(failure.cause())));
        var answered = putAnswer(facts, PartnerAnswer.of(failure.cause(), clock.instant()));
        int left = Math.max(0, room - 10 * SHORT - answered);
        var trace = secrets.mask(trace(failure.cause()));
        var cut = cut(trace, left);
        facts.put(PREFIX + "trace", cut);
        noteCut(facts, "trace", trace, cut);
        return facts;
    }

    /** @return bytes that the answer takes */
    private int putAnswer(Map<String, String> facts, @Nullable PartnerAnswer answer) {
        if (answer == null) {
            return 0;
        }
        put(facts, "partner-status", Integer.toString(answer.status()));
        if (answer.retryAfter() != null) {
            put(facts, "partner-retry-after", Long.toString(answer.retryAfter().toMillis()));
        }
        if (answer.body() == null) {
            return 0;
        }
        var body = secrets.mask(answer.body());
        var kept = cut(body, MAX_ANSWER);
        facts.put(PREFIX + "partner-answer", kept);
        noteCut(facts, "partner's answer", body, kept);
        return kept.getBytes(StandardCharsets.UTF_8).length;
    }

    private static void noteCut(Map<String, String> facts, String fact, String whole, String kept) {
        if (kept.length() < whole.length()) {
            facts.merge(
                    PREFIX + "cut",
                    fact + " cut from " + whole.length() + " to " + kept.length() + " characters",
                    (one, other) -> one + "; " + other);
        }
    }

    /** The same for each delivery of one event to one subscription, so that what is parked twice is one failure. */
    static String firstId(BasicProperties original, String from) {
        Map<String, Object> headers = original.getHeaders() == null ? Map.of() : original.getHeaders();
        var source = AmqpEvents.text(headers.get(AmqpEvents.PREFIX + "source"));
        var id = AmqpEvents.text(headers.get(AmqpEvents.PREFIX + "id"));
        return source == null || id == null ? EventIds.next() : idOf(from, source + "\n" + id);
    }

    static String idOf(String from, String identity) {
        return UUID.nameUUIDFromBytes((from + "\n" + identity).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /** With what is wrong of an invalid message. */
    private static @Nullable String message(Throwable cause) {
        return cause instanceof Invalid invalid && !invalid.fields().isEmpty()
                ? invalid.getMessage()
                        + invalid.fields().stream()
                                .map(field -> field.name() + " " + field.detail())
                                .collect(Collectors.joining("; ", ": ", ""))
                : cause.getMessage();
    }

    /** Class names from the exception to its first cause. */
    private static String chain(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .limit(MAX_CAUSES)
                .map(each -> each.getClass().getName())
                .collect(Collectors.joining(","));
    }

    /** For a log line: printable, and short. */
    static String printable(@Nullable String text) {
        return Printable.of(text, SHORT);
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
}
