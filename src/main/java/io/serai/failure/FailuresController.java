// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.message.Invalid;
import io.serai.message.NotFound;
import io.swagger.v3.oas.annotations.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows failures over HTTP. */
@RestController
@RequestMapping(path = "/api/failures")
final class FailuresController {

    private static final int MAX_LIMIT = 500;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9-]{1,64}");

    private final FailureQueries failures;
    private final Rules rules;
    private final Audit audit;
    private final ETags etags;

    FailuresController(FailureQueries failures, Rules rules, Audit audit, ETags etags) {
        this.failures = failures;
        this.rules = rules;
        this.audit = audit;
        this.etags = etags;
    }

    /** The newest first; {@code since} goes by when they failed last. */
    @Operation(summary = "Lists failures, newest first")
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    FailureView.Page<FailureView.Summary> list(
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String group,
            @RequestParam(required = false) @Nullable String subscription,
            @RequestParam(required = false) @Nullable String route,
            @RequestParam(required = false) @Nullable String type,
            @RequestParam(required = false) @Nullable String since,
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        var wrong = new ArrayList<Invalid.Field>();
        var query = new Filter(null, state, group, subscription, route, type, since, q).read("", wrong);
        if (!wrong.isEmpty()) {
            throw new Invalid("reading failures: " + wrong.size() + " parameter(s) invalid", wrong, null);
        }
        return failures.page(query, cursor == null ? Long.MAX_VALUE : position(cursor), bounded(limit));
    }

    /** Failures that have not ended, by cause. */
    @Operation(summary = "Lists the causes of failures that have not ended")
    @GetMapping(path = "/groups", produces = MediaType.APPLICATION_JSON_VALUE)
    FailureView.Page<FailureView.Group> groups(@RequestParam(defaultValue = "50") int limit) {
        return new FailureView.Page<>(failures.groups(bounded(limit), rules.current()), null);
    }

    @Operation(summary = "Shows a failure")
    @GetMapping(path = "/{failure}", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<FailureView.Detail> one(@PathVariable("failure") String id) {
        var failure = failures.find(known(id)).orElseThrow(FailuresController::unknown);
        return ResponseEntity.ok().eTag(etags.of(failure)).body(failure);
    }

    /** What people decided, the newest first. */
    @Operation(summary = "Lists what people decided, newest first")
    @GetMapping(path = "/audit", produces = MediaType.APPLICATION_JSON_VALUE)
    FailureView.Page<Audit.Entry> audit(
            @RequestParam(defaultValue = "50") int limit, @RequestParam(required = false) @Nullable String cursor) {
        var found = audit.page(cursor == null ? Long.MAX_VALUE : position(cursor), bounded(limit) + 1);
        var items = found.stream().limit(limit).toList();
        return new FailureView.Page<>(
                items, found.size() > limit ? Long.toString(items.get(limit - 1).position()) : null);
    }

    /** The body as it came, to be saved: what others wrote must not run in a browser. */
    @Operation(summary = "Downloads the body of a failed message as it came")
    @GetMapping(
            path = "/{failure}/body",
            produces = {MediaType.APPLICATION_OCTET_STREAM_VALUE, MediaType.ALL_VALUE})
    ResponseEntity<byte[]> body(@PathVariable("failure") String id) {
        var body = failures.body(known(id)).orElseThrow(FailuresController::unknown);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename("failure-body")
                                .build()
                                .toString())
                .body(body);
    }

    private static String known(String id) {
        if (!ID.matcher(id).matches()) {
            throw unknown();
        }
        return id;
    }

    private static NotFound unknown() {
        return new NotFound("finding failure: there is none of that id, or no longer");
    }

    private static int bounded(int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit", "expected 1 to " + MAX_LIMIT);
        }
        return limit;
    }

    private static long position(String cursor) {
        try {
            return Long.parseLong(cursor);
        } catch (NumberFormatException malformed) {
            throw invalid("cursor", "expected the next of the page before");
        }
    }

    private static Invalid invalid(String name, String detail) {
        return new Invalid("reading failures: " + name + " is invalid", List.of(new Invalid.Field(name, detail)), null);
    }
}
