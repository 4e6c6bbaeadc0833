// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.bus.format.EventDraft;
import io.serai.bus.format.JsonText;
import io.serai.gateway.EventIntake.Mode;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.util.MimeType;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Takes events over HTTP; answers 202 when they are on the disk of the broker or, while it
 * does not take them, in the outbox.
 *
 * <p>Reads the body once, checks it in place and publishes on the request's thread; then the thread is free until
 * then, see {@link PendingAnswer}.
 */
@RestController
final class EventsController {

    /** Beyond, memory is taken only as bytes arrive: a client may declare much and send nothing. */
    private static final int TRUSTED_LENGTH = 64 * 1024;

    private final GatewayProperties properties;
    private final EventIntake intake;
    private final BinaryEvents binary;
    private final JsonEvents structured;
    private final JsonText json;
    private final JsonMembers members;
    private final Admission admission;
    private final Clock clock;

    EventsController(GatewayProperties properties, EventIntake intake, Admission admission, Clock clock) {
        this.admission = admission;
        this.properties = properties;
        this.intake = intake;
        this.binary = new BinaryEvents();
        this.structured = new JsonEvents(properties.maxBatch(), properties.maxDepth(), properties.maxMembers());
        this.members = new JsonMembers(properties.maxMembers());
        this.json = new JsonText(properties.maxDepth());
        this.clock = clock;
    }

    @Operation(
            summary = "Publishes a CloudEvent, or a batch of them",
            description =
                    "202 when broker or outbox has them on disk. In binary mode the attributes are headers, ce-id and so on.",
            requestBody =
                    @RequestBody(
                            required = true,
                            content = {
                                @Content(mediaType = MediaTypes.EVENT, schema = @Schema(type = "object")),
                                @Content(mediaType = MediaTypes.BATCH, schema = @Schema(type = "array")),
                                @Content(mediaType = "*/*")
                            }),
            responses =
                    @ApiResponse(
                            responseCode = "202",
                            content =
                                    @Content(
                                            mediaType = MediaTypes.JSON,
                                            schema =
                                                    @Schema(
                                                            oneOf = {EventIntake.Accepted.class, EventIntake.Items.class
                                                            }))))
    @PostMapping("/api/events")
    void publish(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var mode = Mode.BINARY;
        try {
            MediaTypes.checkNotEncoded(request);
            var contentType = MediaTypes.parse(request.getContentType());
            mode = mode(contentType);
            switch (mode) {
                case STRUCTURED -> defer(request, admission.admit(request, structured.one(body(request))), mode);
                case BATCH -> {
                    List<Event> events = admission.admitBatch(request, structured.batch(body(request)));
                    PendingAnswer.defer(request, intake.publish(events), properties.answerTimeout(), false);
                }
                default -> defer(request, admission.admit(request, binary(request, contentType)), mode);
            }
        } catch (IOException | RuntimeException refused) {
            intake.rejected(mode);
            throw refused;
        }
    }

    @Operation(
            summary = "Publishes JSON as an event of that type",
            description = "202 when broker or outbox has it on disk.",
            parameters = {
                @Parameter(name = "subject", in = ParameterIn.QUERY, schema = @Schema(type = "string")),
                @Parameter(name = Event.CORRELATION_ID, in = ParameterIn.QUERY, schema = @Schema(type = "string"))
            },
            requestBody = @RequestBody(required = true, content = @Content(mediaType = MediaTypes.JSON)),
            responses =
                    @ApiResponse(
                            responseCode = "202",
                            content =
                                    @Content(
                                            mediaType = MediaTypes.JSON,
                                            schema = @Schema(implementation = EventIntake.Accepted.class))))
    @PostMapping("/api/events/{type}")
    void publish(@PathVariable String type, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        try {
            MediaTypes.checkNotEncoded(request);
            var contentType = MediaTypes.parse(request.getContentType());
            if (contentType == null || !MediaTypes.isJson(contentType) || isCloudEvents(contentType)) {
                throw MediaTypes.unsupported("expected JSON, like " + MediaTypes.JSON);
            }
            MediaTypes.checkUtf8(contentType);
            var body = body(request);
            members.check(body);
            json.check(body);
            defer(request, admission.admitOwn(request, event(type, request, body)), Mode.JSON);
        } catch (IOException | RuntimeException refused) {
            intake.rejected(Mode.JSON);
            throw refused;
        }
    }

    private void defer(HttpServletRequest request, Event event, Mode mode) {
        PendingAnswer.defer(
                request, intake.publish(event, mode, request.getContextPath()), properties.answerTimeout(), false);
    }

    private Event binary(HttpServletRequest request, @Nullable MimeType contentType) throws IOException {
        if (request.getHeader("ce-" + EventDraft.SPEC_VERSION) == null
                && (contentType == null || !MediaTypes.isJson(contentType))) {
            throw MediaTypes.unsupported("expected CloudEvents, as ce- headers, " + MediaTypes.EVENT + " or "
                    + MediaTypes.BATCH + "; other JSON goes to /api/events/{type}");
        }
        var body = body(request);
        // a route may read JSON whatever its type
        members.check(body);
        if (contentType != null && body.length > 0 && MediaTypes.isJson(contentType)) {
            MediaTypes.checkUtf8(contentType);
            json.check(body);
        }
        return binary.read(request, request.getContentType(), body);
    }

    private Event event(String type, HttpServletRequest request, byte[] body) {
        var extensions = new HashMap<String, Object>();
        var correlation = parameter(request, Event.CORRELATION_ID);
        if (correlation != null) {
            extensions.put(Event.CORRELATION_ID, correlation);
        }
        return new Event(
                EventIds.next(),
                properties.source(),
                new EventType(type),
                parameter(request, "subject"),
                clock.instant(),
                MediaTypes.attribute(request.getContentType()),
                null,
                extensions,
                body);
    }

    private static @Nullable String parameter(HttpServletRequest request, String name) {
        var values = request.getParameterValues(name);
        if (values != null && values.length > 1) {
            throw EventDraft.invalid(List.of(new Invalid.Field(name, "given twice")));
        }
        return values == null ? null : values[0];
    }

    private static Mode mode(@Nullable MimeType type) {
        if (type == null || !isCloudEvents(type)) {
            return Mode.BINARY;
        }
        MediaTypes.checkUtf8(type);
        return switch (type.getSubtype().toLowerCase(java.util.Locale.ROOT)) {
            case "cloudevents+json" -> Mode.STRUCTURED;
            case "cloudevents-batch+json" -> Mode.BATCH;
            default -> throw MediaTypes.unsupported("of the CloudEvents formats only JSON is taken");
        };
    }

    private static boolean isCloudEvents(MimeType type) {
        return type.getType().equalsIgnoreCase("application")
                && type.getSubtype().regionMatches(true, 0, "cloudevents", 0, "cloudevents".length());
    }

    private static byte[] body(HttpServletRequest request) throws IOException {
        int declared = request.getContentLength();
        var in = request.getInputStream();
        if (declared < 0 || declared > TRUSTED_LENGTH) {
            return in.readAllBytes();
        }
        var body = new byte[declared];
        if (in.readNBytes(body, 0, declared) < declared) {
            throw new EOFException("reading body: it is shorter than declared");
        }
        return body;
    }
}
