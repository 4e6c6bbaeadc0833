// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.bus.PartnerAnswer;
import io.serai.bus.Sendable;
import io.serai.message.EventIds;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads messages of the queue of failures: those hubs park, with facts in headers {@code serai-failure-*}, and those the
 * broker dead-letters from other queues, with {@code x-death}.
 *
 * <p>Nothing in a message can make it fail: what is missing or malformed is left out.
 */
final class Arrivals {

    private static final String FACT = "serai-failure-";
    static final String ID = FACT + "id";
    private static final int MAX_NAME = 300;
    private static final int MAX_ID = 64;
    private static final int MIN_STATUS = 100;
    private static final int MAX_STATUS = 599;
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private final Clock clock;

    Arrivals(Clock clock) {
        this.clock = clock;
    }

    Arrival read(BasicProperties properties, byte[] body) {
        Map<String, Object> headers = properties.getHeaders() == null ? Map.of() : properties.getHeaders();
        var facts = new HashMap<String, String>();
        var own = new HashMap<String, Object>();
        headers.forEach((name, value) -> {
            if (name.startsWith(FACT)) {
                facts.put(name.substring(FACT.length()), FailedMessage.text(value));
            } else {
                own.put(name, value);
            }
        });
        var resolved = facts.get("resolved");
        if (resolved != null) {
            return new Arrival.Resolved(resolved, number(facts.get("round"), 0));
        }
        // a hub has seen to that already; a broker has not
        var sendable = Sendable.of(properties.builder().headers(own).build(), Sendable.MOST);
        var message = new FailedMessage(sendable.properties(), body);
        return isId(facts.get("id"))
                ? parked(facts, message)
                : deadLettered(message, own.get("x-death"), sendable.cut());
    }

    /** What a hub parks, or would park. */
    Arrival.Failed failed(BasicProperties properties, byte[] body) {
        if (read(properties, body) instanceof Arrival.Failed failed) {
            return failed;
        }
        throw new IllegalArgumentException("a notice of success is no failure");
    }

    private Arrival.Failed parked(Map<String, String> facts, FailedMessage message) {
        var exception = facts.getOrDefault("exception", "unknown");
        return new Arrival.Failed(
                facts.getOrDefault("id", ""),
                number(facts.get("round"), 0),
                new Origin(name(facts.getOrDefault("from", "queue:"))),
                policy(facts.get("policy")),
                !"false".equals(facts.get("retryable")),
                "true".equals(facts.get("postponed")),
                at(facts.get("at")),
                facts.get("host"),
                number(facts.get("attempts"), 1),
                exception,
                facts.getOrDefault("exceptions", exception),
                facts.get("message"),
                facts.get("trace"),
                facts.get("cut"),
                facts.get("route"),
                facts.get("version"),
                facts.get("node"),
                facts.get("location"),
                partner(facts),
                message);
    }

    private static @Nullable PartnerAnswer partner(Map<String, String> facts) {
        var status = number(facts.get("partner-status"), 0);
        var millis = number(facts.get("partner-retry-after"), 0);
        return status < MIN_STATUS || status > MAX_STATUS
                ? null
                : new PartnerAnswer(
                        status, millis <= 0 ? null : Duration.ofMillis(millis), facts.get("partner-answer"));
    }

    /** The first entry of {@code x-death} is the latest. */
    private Arrival.Failed deadLettered(FailedMessage message, @Nullable Object xDeath, @Nullable String cut) {
        var death = xDeath instanceof List<?> deaths && !deaths.isEmpty() ? deaths.get(0) : Map.of();
        var queue = death instanceof Map<?, ?> fields && fields.get("queue") != null
                ? FailedMessage.text(fields.get("queue"))
                : "";
        var reason = death instanceof Map<?, ?> fields && fields.get("reason") != null
                ? FailedMessage.text(fields.get("reason"))
                : "unknown";
        return new Arrival.Failed(
                EventIds.next(),
                0,
                Origin.ofQueue(name(queue)),
                null,
                false,
                false,
                clock.instant(),
                null,
                0,
                "dead-lettered: " + reason,
                "",
                "the broker dead-lettered it from queue '" + queue + "': " + reason,
                null,
                cut,
                null,
                null,
                null,
                null,
                null,
                message);
    }

    private Instant at(@Nullable String text) {
        try {
            var at = text == null ? clock.instant() : Instant.parse(text);
            return at.isBefore(Instant.EPOCH) || at.isAfter(LAST) ? clock.instant() : at;
        } catch (DateTimeException malformed) {
            return clock.instant();
        }
    }

    private static int number(@Nullable String text, int otherwise) {
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException malformed) {
            return otherwise;
        }
    }

    /** Else no hub has written it, and the database has no room for it. */
    private static boolean isId(@Nullable String text) {
        return text != null && !text.isEmpty() && text.length() <= MAX_ID;
    }

    private static @Nullable String policy(@Nullable String text) {
        return isId(text) ? text : null;
    }

    private static String name(String text) {
        return text.length() > MAX_NAME ? text.substring(0, MAX_NAME) : text;
    }
}
