// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Invalid;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lets people decide about failures, many at a time, and shows how far it is. */
@RestController
@RequestMapping(path = "/api/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
final class JobsController {

    private static final int MAX_LIMIT = 500;
    private static final int MAX_IDS = 10_000;
    private static final int MAX_REASON = 1000;
    private static final int DEFAULT_RATE = 100;
    private static final int MAX_RATE = 10_000;

    private final Jobs jobs;
    private final ObjectMapper json;

    JobsController(Jobs jobs, ObjectMapper json) {
        this.jobs = jobs;
        this.json = json;
    }

    /**
     * What is asked for.
     *
     * <pre>{@code
     * {"kind": "replay", "select": {"group": "9a31…"}, "ramp": true, "stopAtFailureRatio": 0.5, "reason": "mended"}
     * }</pre>
     *
     * @param rate failures a second, 100 if not given
     */
    record Wanted(
            @Nullable String kind,
            @Nullable Select select,
            @Nullable Integer rate,
            @Nullable Boolean ramp,
            @Nullable Double stopAtFailureRatio,
            @Nullable String reason) {}

    /**
     * Which failures; of those that are dead, the ones that match all that is given, at least one of it.
     *
     * @param q part of the subject, the event's id or the failure's message
     * @param since failed last at or after that, RFC 3339
     */
    record Select(
            @Nullable List<String> ids,
            @Nullable String group,
            @Nullable String subscription,
            @Nullable String route,
            @Nullable String type,
            @Nullable String q,
            @Nullable String since) {}

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Job> make(@RequestBody Wanted wanted, HttpServletRequest request) throws JsonProcessingException {
        var wrong = new ArrayList<Invalid.Field>();
        var kind = "replay".equals(wanted.kind()) ? Job.Kind.REPLAY : Job.Kind.DISCARD;
        var reason = wanted.reason() == null ? "" : wanted.reason().strip();
        var rate = wanted.rate() == null ? DEFAULT_RATE : wanted.rate();
        var ratio = wanted.stopAtFailureRatio();
        expect(wrong, kind == Job.Kind.REPLAY || "discard".equals(wanted.kind()), "kind", "expected replay or discard");
        expect(
                wrong,
                !reason.isEmpty() && reason.length() <= MAX_REASON,
                "reason",
                "expected why, 1 to 1000 characters");
        expect(wrong, rate >= 1 && rate <= MAX_RATE, "rate", "expected 1 to 10000");
        expect(wrong, ratio == null || (ratio >= 0 && ratio <= 1), "stopAtFailureRatio", "expected 0 to 1");
        var select = wanted.select() == null ? new Select(null, null, null, null, null, null, null) : wanted.select();
        var selection = selection(select, wrong);
        if (!wrong.isEmpty()) {
            throw new Invalid("making job: " + wrong.size() + " member(s) invalid", wrong, null);
        }
        var pace = new Job.Pace(rate, Boolean.TRUE.equals(wanted.ramp()), ratio);
        var who = request.getRemoteUser() == null ? "local" : request.getRemoteUser();
        var job = jobs.make(kind, selection, json.writeValueAsString(select), pace, who, printable(reason));
        return ResponseEntity.accepted()
                .location(URI.create(request.getContextPath() + "/api/jobs/" + job.id()))
                .body(job);
    }

    private static Jobs.Selection selection(Select select, List<Invalid.Field> wrong) {
        var ids = select.ids();
        var any = ids != null
                || select.group() != null
                || select.subscription() != null
                || select.route() != null
                || select.type() != null
                || select.q() != null
                || select.since() != null;
        expect(wrong, any, "select", "expected at least one of ids, group, subscription, route, type, q, since");
        expect(
                wrong,
                ids == null
                        || (!ids.isEmpty()
                                && ids.size() <= MAX_IDS
                                && ids.stream().allMatch(JobsController::isText)),
                "select.ids",
                "expected 1 to 10000 ids of failures");
        for (var text :
                new @Nullable String[] {select.group(), select.subscription(), select.route(), select.type(), select.q()
                }) {
            expect(wrong, text == null || isText(text), "select", "expected no control characters");
        }
        OffsetDateTime since = null;
        try {
            since = select.since() == null ? null : OffsetDateTime.parse(select.since());
        } catch (DateTimeException malformed) {
            wrong.add(new Invalid.Field("select.since", "expected a time like 2026-11-21T10:00:00Z (RFC 3339)"));
        }
        return new Jobs.Selection(
                ids,
                new FailureQueries.Query(
                        null,
                        select.group(),
                        select.subscription(),
                        select.route(),
                        select.type(),
                        since == null ? null : since.toInstant(),
                        select.q()));
    }

    @GetMapping
    FailureView.Page<Job> list(
            @RequestParam(defaultValue = "50") int limit, @RequestParam(defaultValue = "~") String cursor) {
        if (limit < 1 || limit > MAX_LIMIT || !isText(cursor)) {
            throw new Invalid("reading jobs: limit must be 1 to 500, cursor the next of the page before");
        }
        var found = jobs.page(cursor, limit + 1);
        var items = found.stream().limit(limit).toList();
        return new FailureView.Page<>(
                items, found.size() > limit ? items.get(limit - 1).id() : null);
    }

    @GetMapping("/{id}")
    Job one(@PathVariable String id) {
        return jobs.find(printable(id));
    }

    @PostMapping("/{id}/cancel")
    Job cancel(@PathVariable String id) {
        return jobs.cancel(printable(id));
    }

    @PostMapping("/{id}/undo")
    Job undo(@PathVariable String id) {
        return jobs.undo(printable(id));
    }

    private static void expect(List<Invalid.Field> wrong, boolean holds, String name, String detail) {
        if (!holds) {
            wrong.add(new Invalid.Field(name, detail));
        }
    }

    private static boolean isText(@Nullable String text) {
        return text != null && text.chars().noneMatch(Character::isISOControl);
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
