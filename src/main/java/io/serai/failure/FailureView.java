// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the API shows of failures. */
final class FailureView {

    private FailureView() {}

    /**
     * A failure in a list.
     *
     * <pre>{@code
     * {"id": "5f0c…", "status": "DEAD", "origin": "fulfil-order", "round": 5, "tries": 18, "exception": "java.net.ConnectException",
     *  "message": "Connection refused", "routeId": "fulfil-order", "location": "fulfil-order.camel.yaml:14", "group": "9a31…"}
     * }</pre>
     *
     * @param postponed how often it was not tried since a circuit breaker was open, which uses up no round
     * @param held whether the queue of its subscription, an ordered one, waits for it
     * @param group fingerprint: the same for failures of the same cause
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Summary(
            String id,
            FailureStatus status,
            String origin,
            @Nullable String policy,
            int round,
            int tries,
            int postponed,
            boolean held,
            int duplicates,
            Instant firstFailedAt,
            Instant lastFailedAt,
            @Nullable Instant dueAt,
            @Nullable Instant sentAt,
            @Nullable Instant endedAt,
            @Nullable String eventId,
            @Nullable String eventSource,
            @Nullable String eventType,
            @Nullable String subject,
            @Nullable String correlationid,
            String exception,
            @Nullable String message,
            @Nullable String routeId,
            @Nullable String nodeId,
            @Nullable String location,
            @Nullable String host,
            String group) {}

    /**
     * A failure by itself.
     *
     * @param properties AMQP properties and headers of the message
     * @param body the first 64 KiB as text, or null where it is not UTF-8
     * @param bodySize bytes in all; {@code /body} has them
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Detail(
            Summary failure,
            JsonNode properties,
            @Nullable String body,
            int bodySize,
            @Nullable String trace,
            @Nullable String cut,
            List<Attempt> attempts) {}

    /** A round that failed. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Attempt(
            int round,
            Instant failedAt,
            @Nullable String host,
            int tries,
            String exception,
            @Nullable String message) {}

    /** Failures of one cause that wait or are dead. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Group(String group, long count, long dead, Instant first, Instant last, Summary example) {}

    /**
     * A page of a list.
     *
     * @param next cursor of the next page, null after the last
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Page<T>(List<T> items, @Nullable String next) {}
}
