// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.gateway.PendingAnswer.Answer;
import io.serai.http.Problem;
import io.serai.http.Refused;
import io.serai.message.Event;
import io.serai.message.Invalid;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/**
 * Publishes what was read and prepares the answer that is sent when the broker, or the outbox, has it.
 *
 * <p>Answers are rendered before the publish, on the request's thread: the thread that brings the confirm, which all
 * publishers share, only copies bytes. Thread-safe.
 */
final class EventIntake {

    /** How the event came. */
    enum Mode {
        BINARY,
        STRUCTURED,
        BATCH,
        JSON
    }

    /**
     * Answer to one event.
     *
     * <pre>{@code {"id": "0193...", "source": "/serai/gateway", "type": "order.placed"}}</pre>
     */
    record Accepted(String id, String source, String type) {}

    /**
     * What became of one event of a batch.
     *
     * <pre>{@code {"id": "42", "source": "/shop", "status": "accepted"}}</pre>
     *
     * @param status {@code accepted}, {@code unavailable} (send it again) or {@code invalid}
     */
    record Item(String id, String source, String status) {}

    /** Answer to a batch. */
    record Items(List<Item> items) {}

    private enum Outcome {
        ACCEPTED,
        REJECTED,
        UNAVAILABLE
    }

    private static final Pattern PATH_SEGMENT = Pattern.compile("[A-Za-z0-9_~-][A-Za-z0-9._~-]*");

    private final Function<List<Event>, List<CompletableFuture<Void>>> publish;
    private final ObjectMapper json;
    private final Map<Mode, Map<Outcome, Counter>> requests = new EnumMap<>(Mode.class);

    /** @param publish takes the events of one request in order and says for each when it is safe */
    EventIntake(Function<List<Event>, List<CompletableFuture<Void>>> publish, ObjectMapper json, MeterRegistry meters) {
        this.publish = publish;
        this.json = json;
        for (var mode : Mode.values()) {
            var outcomes = new EnumMap<Outcome, Counter>(Outcome.class);
            for (var outcome : Outcome.values()) {
                outcomes.put(
                        outcome,
                        Counter.builder("serai.gateway.requests")
                                .description("Requests to publish events")
                                .tag("mode", mode.name().toLowerCase(Locale.ROOT))
                                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                                .register(meters));
            }
            requests.put(mode, outcomes);
        }
    }

    /** Counts a request that was refused before anything was published. */
    void rejected(Mode mode) {
        count(mode, Outcome.REJECTED);
    }

    /** Completes when the event is safe. */
    CompletableFuture<Answer> publish(Event event, Mode mode, String contextPath) {
        var body = bytes(new Accepted(event.id(), event.source(), event.type().name()));
        var location = contextPath + "/api/events" + query(event);
        Answer answer = response -> {
            response.setStatus(202);
            response.setHeader("Location", location);
            EventIntake.write(response, body);
        };
        return send(List.of(event)).get(0).handle((done, failure) -> {
            count(mode, outcome(failure));
            if (failure != null) {
                throw new CompletionException(unwrap(failure));
            }
            return answer;
        });
    }

    /** Completes when each event is safe or has failed; exceptionally where any has failed, saying which. */
    CompletableFuture<Answer> publish(List<Event> events) {
        var sent = send(events);
        var body = bytes(new Items(
                events.stream().map(each -> item(each, Outcome.ACCEPTED)).toList()));
        return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).handle((done, failure) -> {
            if (failure == null) {
                count(Mode.BATCH, Outcome.ACCEPTED);
                return response -> {
                    response.setStatus(202);
                    EventIntake.write(response, body);
                };
            }
            throw partly(events, sent);
        });
    }

    private Refused partly(List<Event> events, List<CompletableFuture<Void>> sent) {
        var items = new ArrayList<Item>(events.size());
        var worst = Outcome.REJECTED;
        for (int i = 0; i < events.size(); i++) {
            var outcome = outcome(failure(sent.get(i)));
            worst = outcome == Outcome.UNAVAILABLE ? outcome : worst;
            items.add(item(events.get(i), outcome));
        }
        count(Mode.BATCH, worst);
        return new Refused(
                worst == Outcome.REJECTED
                        ? Problem.of(422, "invalid", "publishing batch: the items marked invalid cannot be published")
                                .withMore("items", items)
                        : Problem.of(
                                        503,
                                        "unavailable",
                                        "publishing batch: not all of it is safe; send the items again "
                                                + "that are not accepted")
                                .withMore("items", items)
                                .withHeader("Retry-After", "1"));
    }

    private List<CompletableFuture<Void>> send(List<Event> events) {
        try {
            return publish.apply(events);
        } catch (RuntimeException away) {
            return events.stream()
                    .map(each -> CompletableFuture.<Void>failedFuture(away))
                    .toList();
        }
    }

    private void count(Mode mode, Outcome outcome) {
        var counter = requests.getOrDefault(mode, Map.of()).get(outcome);
        if (counter != null) {
            counter.increment();
        }
    }

    private byte[] bytes(Object answer) {
        try {
            return json.writeValueAsBytes(answer);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("answering: a record of strings is not JSON", impossible);
        }
    }

    /** Into the response's buffer, grown where needed: the thread never waits for the client. */
    private static void write(jakarta.servlet.http.HttpServletResponse response, byte[] body)
            throws java.io.IOException {
        response.setContentType(MediaTypes.JSON);
        response.setContentLength(body.length);
        if (body.length > response.getBufferSize()) {
            response.setBufferSize(body.length);
        }
        response.getOutputStream().write(body);
    }

    /** In the path where the firewall lets it through there: no encoded slash, percent sign and so on. */
    private static String query(Event event) {
        var source = "source=" + UriUtils.encode(event.source(), StandardCharsets.UTF_8);
        return PATH_SEGMENT.matcher(event.id()).matches() && !event.id().equals("stream")
                ? "/" + event.id() + "?" + source
                : "?id=" + UriUtils.encode(event.id(), StandardCharsets.UTF_8) + "&" + source;
    }

    private static Item item(Event event, Outcome outcome) {
        var status = switch (outcome) {
            case ACCEPTED -> "accepted";
            case REJECTED -> "invalid";
            case UNAVAILABLE -> "unavailable";
        };
        return new Item(event.id(), event.source(), status);
    }

    private static Outcome outcome(@Nullable Throwable failure) {
        if (failure == null) {
            return Outcome.ACCEPTED;
        }
        return unwrap(failure) instanceof Invalid ? Outcome.REJECTED : Outcome.UNAVAILABLE;
    }

    private static @Nullable Throwable failure(CompletableFuture<Void> done) {
        return done.handle((nothing, failure) -> failure).join();
    }

    private static Throwable unwrap(Throwable failure) {
        var cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }
}
