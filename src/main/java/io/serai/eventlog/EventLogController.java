// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Conflict;
import io.serai.message.EventPattern;
import io.serai.message.Invalid;
import io.serai.message.NotFound;
import io.serai.message.Times;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MimeTypeUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.util.UriComponentsBuilder;

/** Shows the log over HTTP: to query, to look one event up, to follow. */
@RestController
@RequestMapping("/api/events")
final class EventLogController {

    private static final String CLOUD_EVENT = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch+json";
    private static final int MAX_LIMIT = 500;
    private static final int SOURCES_LISTED = 20;

    private final LoggedEvents log;
    private final EventStreams streams;

    EventLogController(LoggedEvents log, EventStreams streams) {
        this.log = log;
        this.streams = streams;
    }

    /**
     * Newest first. {@code since} (included) and {@code until} (not included) go by when the log stored an event, which its
     * order and its cursor follow; {@code time} is the publisher's and may be any.
     */
    @Operation(
            summary = "Lists the events of the log, newest first",
            description =
                    "As a CloudEvents batch where that is accepted; then the next page is the link of relation next.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = {
                                @Content(
                                        mediaType = MediaType.APPLICATION_JSON_VALUE,
                                        schema = @Schema(implementation = EventPage.class)),
                                @Content(
                                        mediaType = BATCH,
                                        array = @ArraySchema(schema = @Schema(implementation = StoredEvent.class)))
                            }))
    @GetMapping(produces = {MediaType.APPLICATION_JSON_VALUE, BATCH})
    ResponseEntity<?> list(
            HttpServletRequest request,
            @Parameter(hidden = true) @RequestHeader HttpHeaders headers,
            @RequestParam(defaultValue = "#") String type,
            @RequestParam(required = false) @Nullable String id,
            @RequestParam(required = false) @Nullable String subject,
            @RequestParam(required = false) @Nullable String source,
            @RequestParam(required = false) @Nullable String since,
            @RequestParam(required = false) @Nullable String until,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit", "expected 1 to " + MAX_LIMIT);
        }
        var query = new EventQuery(
                new EventPattern(type),
                text("id", id),
                text("subject", subject),
                text("source", source),
                instant("since", since),
                instant("until", until));
        var page = log.page(query, cursor == null ? LogPosition.END : Cursor.position(cursor), limit);
        return isBatchAsked(headers.getAccept())
                ? batch(page, request)
                : ResponseEntity.ok().contentType(MediaType.APPLICATION_JSON).body(page);
    }

    private static boolean isBatchAsked(List<MediaType> accepted) {
        var byPreference = new ArrayList<>(accepted);
        MimeTypeUtils.sortBySpecificity(byPreference);
        for (var each : byPreference) {
            if (each.includes(MediaType.APPLICATION_JSON)) {
                return false;
            } else if (each.includes(MediaType.valueOf(BATCH))) {
                return true;
            }
        }
        return false;
    }

    private static ResponseEntity<List<StoredEvent>> batch(EventPage page, HttpServletRequest request) {
        var answer = ResponseEntity.ok().contentType(MediaType.valueOf(BATCH));
        if (page.next() != null) {
            var next = UriComponentsBuilder.fromPath(request.getRequestURI())
                    .query(request.getQueryString())
                    .replaceQueryParam("cursor", page.next())
                    .build()
                    .toUriString();
            answer.header(HttpHeaders.LINK, "<" + next + ">; rel=\"next\"");
        }
        return answer.body(page.items());
    }

    @Operation(summary = "Shows one event of the log")
    @GetMapping(
            path = "/{event}",
            produces = {CLOUD_EVENT, MediaType.APPLICATION_JSON_VALUE})
    StoredEvent one(@PathVariable("event") String id, @RequestParam(required = false) @Nullable String source) {
        text("id", id);
        var from = source == null ? onlySourceOf(id) : source;
        text("source", from);
        return log.find(id, from)
                .orElseThrow(() -> new NotFound("finding event " + id + ": not in the log from that source"));
    }

    /** Goes on after the position that {@code Last-Event-ID} names, or else from the present end. */
    @Operation(
            summary = "Follows the log as server-sent events",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content =
                                    @Content(
                                            mediaType = MediaType.TEXT_EVENT_STREAM_VALUE,
                                            schema = @Schema(type = "string"))))
    @GetMapping(path = "/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<ResponseBodyEmitter> stream(
            HttpMethod method,
            HttpServletRequest request,
            @RequestParam(defaultValue = "#") String type,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            @RequestParam(name = "lastEventId", required = false) @Nullable String lastEventIdParameter,
            @RequestParam(required = false) @Nullable String after) {
        // the header first: a browser that connects again sends it with the URL it began with
        var position = position("Last-Event-ID", lastEventId);
        position = position != null ? position : position("lastEventId", lastEventIdParameter);
        position = position != null ? position : position("after", after);
        var events = new EventPattern(type);
        var answer = ResponseEntity.ok()
                .contentType(MediaType.TEXT_EVENT_STREAM)
                .cacheControl(CacheControl.noCache().noTransform())
                .header("X-Accel-Buffering", "no");
        // what is written in answer to HEAD goes nowhere, so a stream would never hear that its client is gone
        return method.equals(HttpMethod.HEAD)
                ? answer.build()
                : answer.body(streams.open(events, position, request.getUserPrincipal()));
    }

    private String onlySourceOf(String id) {
        var sources = log.sourcesOf(id, SOURCES_LISTED);
        if (sources.isEmpty()) {
            throw new NotFound("finding event " + id + ": not in the log, or no longer");
        }
        if (sources.size() > 1) {
            throw new Conflict("finding event " + id + ": several sources have that id, add ?source= with one of "
                    + String.join(" , ", sources));
        }
        return sources.get(0);
    }

    private static @Nullable LogPosition position(String name, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        var position = LogPosition.read(value);
        if (position == null) {
            throw invalid(name, "expected the id of an event of this stream, or a position, a number");
        }
        return position;
    }

    private static @Nullable Instant instant(String name, @Nullable String value) {
        return Times.read(name, value, wrong -> {
            throw invalid(wrong.name(), wrong.detail());
        });
    }

    /** No attribute holds a control character, and PostgreSQL refuses U+0000 even in a question. */
    private static @Nullable String text(String name, @Nullable String value) {
        if (value != null && value.chars().anyMatch(Character::isISOControl)) {
            throw invalid(name, "expected no control characters");
        }
        return value;
    }

    private static Invalid invalid(String name, String detail) {
        return new Invalid(
                "reading event log: " + name + " is invalid", List.of(new Invalid.Field(name, detail)), null);
    }
}
