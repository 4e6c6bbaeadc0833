// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
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
     * {"id": "5f0c…", "state": "DEAD", "origin": "fulfil-order", "round": 5, "tries": 18, "exception": "java.net.ConnectException",
     *  "message": "Connection refused", "routeId": "fulfil-order", "location": "fulfil-order.camel.yaml:14", "group": "9a31…"}
     * }</pre>
     *
     * @param postponed how often it was not tried since a circuit breaker was open, which uses up no round
     * @param held whether the queue of its subscription, an ordered one, waits for it
     * @param replayable whether a job can send it back; not what a route itself has put into {@code failure:}
     * @param group fingerprint: the same for failures of the same cause
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Summary(
            String id,
            FailureState state,
            String origin,
            @Nullable String policy,
            int round,
            int tries,
            int postponed,
            boolean held,
            boolean replayable,
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
     * @param exceptions class names from the exception to its first cause
     * @param routeFile file of the route it failed in; line where in it
     * @param routeVersion of the route it failed in; the hash of its file, null where no file made it
     * @param properties AMQP properties and headers of the message
     * @param body the first 64 KiB as text, or null where it is not UTF-8
     * @param bodySize bytes in all; {@code /body} has them
     * @param partner what another system answered to the HTTP call that failed
     * @param attempts the last 100, the latest first
     * @param editedFrom the failure this one was made of by an edit
     * @param editedTo its edited copy, which stands in for it
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Detail(
            Summary failure,
            List<String> exceptions,
            @Nullable String routeFile,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String routeVersion,

            @Nullable Integer line,
            JsonNode properties,
            @Nullable String body,
            int bodySize,
            @Nullable String trace,
            @Nullable String cut,
            @Nullable Partner partner,
            List<Attempt> attempts,
            @Nullable Edited editedFrom,
            @Nullable Edited editedTo) {}

    /**
     * The failure at the other end of an edit, and who edited what, and why.
     *
     * @param state null where that failure is no longer kept
     * @param changes {@code [{"name": "attributes.subject", "from": "a", "to": "b"}]}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Edited(
            String id,
            @Nullable FailureState state,
            String href,
            String job,
            Instant at,
            String who,
            String reason,
            JsonNode changes) {}

    /**
     * The answer of another system, {@code {"status": 422, "answer": "{\"error\":\"no such sku\"}"}}.
     *
     * @param answer the first 4 KB as text, secrets masked; of a binary one size and media type
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Partner(int status, @Nullable String answer) {}

    /** A round that failed. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Attempt(
            int round,
            Instant failedAt,
            @Nullable String host,
            int tries,
            String exception,
            @Nullable String message) {}

    /**
     * Failures of one cause that wait or are dead.
     *
     * @param verdict by the first rule that fits the example, else the hub's own judgement of it
     * @param byHour how many failed of this cause for the first time in each of the last 24 hours, the last hour last,
     *     those included that have ended since
     * @param example the newest
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Group(
            String group,
            @JsonProperty("class") Rule.Verdict verdict,
            long count,
            long dead,
            Instant first,
            Instant last,
            List<Long> byHour,
            Summary example) {}

    /**
     * A page of a list.
     *
     * @param next cursor of the next page, null after the last
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Page<T>(List<T> items, @Nullable String next) {}
}
