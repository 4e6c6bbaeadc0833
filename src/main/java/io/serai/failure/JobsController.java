// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Invalid;
import io.serai.message.Printable;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lets people decide about failures, many at a time, and shows how far it is. */
@RestController
@RequestMapping(path = "/api/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
final class JobsController {

    private static final int MAX_LIMIT = 500;
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
     * @param select which failures, of those that are dead: at least one member
     * @param edit changes the one failure of {@code select.ids} before it is replayed; with its ETag as {@code If-Match}
     * @param rate failures a second of all hubs together, 100 if not given; with {@code ramp} at the most
     */
    record Wanted(
            @Nullable String kind,
            @Nullable Filter select,
            @Nullable Edit edit,
            @Nullable Integer rate,
            @Nullable Boolean ramp,
            @Nullable Double stopAtFailureRatio,
            @Nullable String reason) {}

    @Operation(summary = "Replays or discards failures, as a job")
    @ApiResponse(responseCode = "202", description = "The job has begun", useReturnTypeSchema = true)
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Job> make(
            @RequestBody Wanted wanted,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            HttpServletRequest request)
            throws JsonProcessingException {
        var wrong = new ArrayList<Invalid.Field>();
        var kind = "replay".equals(wanted.kind()) ? Job.Kind.REPLAY : Job.Kind.DISCARD;
        var rate = wanted.rate() == null ? DEFAULT_RATE : wanted.rate();
        var ratio = wanted.stopAtFailureRatio();
        var edit = wanted.edit();
        expect(wrong, kind == Job.Kind.REPLAY || "discard".equals(wanted.kind()), "kind", "expected replay or discard");
        expect(wrong, edit == null || kind == Job.Kind.REPLAY, "edit", "expected with a replay only");
        expect(wrong, rate >= 1 && rate <= MAX_RATE, "rate", "expected 1 to 10000");
        expect(wrong, ratio == null || (ratio >= 0 && ratio <= 1), "stopAtFailureRatio", "expected 0 to 1");
        var person = Person.of(request, wanted.reason(), wrong);
        var select = wanted.select() == null ? Filter.NONE : wanted.select();
        var selection = selection(select, wrong);
        var ids = select.ids();
        expect(
                wrong,
                edit == null || (ids != null && ids.size() == 1 && select.equals(Filter.of(ids))),
                "select",
                "expected ids with exactly one for an edit");
        if (!wrong.isEmpty()) {
            throw new Invalid("making job: " + wrong.size() + " member(s) invalid", wrong, null);
        }
        var pace = new Job.Pace(rate, Boolean.TRUE.equals(wanted.ramp()), ratio);
        var described = json.writeValueAsString(select);
        var job = edit != null && ids != null
                ? jobs.edit(ids.get(0), edit, ifMatch, described, pace, person.who(), person.reason())
                : jobs.make(kind, selection, described, pace, person.who(), person.reason());
        return ResponseEntity.accepted()
                .location(URI.create(request.getContextPath() + "/api/jobs/" + job.id()))
                .body(job);
    }

    /** A job is about dead failures: no other state can be asked for. */
    private static Jobs.Selection selection(Filter select, List<Invalid.Field> wrong) {
        expect(
                wrong,
                select.namesAny(),
                "select",
                "expected at least one of ids, state, group, subscription, route, type, since, q");
        var query = select.read("select.", wrong);
        expect(
                wrong,
                query.state() == null || query.state() == FailureState.DEAD,
                "select.state",
                "expected DEAD, or none");
        return new Jobs.Selection(select.ids(), query);
    }

    @Operation(summary = "Lists jobs, newest first")
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

    /** With how many of its selection have come since; where that can still be told. */
    @Operation(summary = "Shows a job and how far it is")
    @GetMapping("/{job}")
    Job one(@PathVariable("job") String id) {
        var job = jobs.find(Printable.of(id));
        var select = described(job.selection());
        return select.ids() != null || !select.namesAny()
                ? job
                : job.withLater(jobs.later(job, new Jobs.Selection(null, select.read("", new ArrayList<>()))));
    }

    private Filter described(String selection) {
        try {
            return json.readValue(selection, Filter.class);
        } catch (JsonProcessingException ofAnEarlierVersion) {
            return Filter.NONE;
        }
    }

    @Operation(summary = "Cancels a job")
    @PostMapping(path = "/{job}/cancel", consumes = MediaType.APPLICATION_JSON_VALUE)
    Job cancel(@PathVariable("job") String id, @RequestBody Person.Why why, HttpServletRequest request) {
        var person = why.person(request, "cancelling job");
        return jobs.cancel(Printable.of(id), person.who(), person.reason());
    }

    @Operation(summary = "Takes back what a job did and can be taken back")
    @PostMapping(path = "/{job}/undo", consumes = MediaType.APPLICATION_JSON_VALUE)
    Job undo(@PathVariable("job") String id, @RequestBody Person.Why why, HttpServletRequest request) {
        var person = why.person(request, "undoing job");
        return jobs.undo(Printable.of(id), person.who(), person.reason());
    }

    private static void expect(List<Invalid.Field> wrong, boolean holds, String name, String detail) {
        if (!holds) {
            wrong.add(new Invalid.Field(name, detail));
        }
    }

    private static boolean isText(@Nullable String text) {
        return text != null && text.chars().noneMatch(Character::isISOControl);
    }
}
