// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.bus.component.RecordedEvents;
import io.serai.message.Event;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.support.PatternHelper;
import org.json.JSONException;
import org.jspecify.annotations.Nullable;
import org.skyscreamer.jsonassert.JSONCompare;
import org.skyscreamer.jsonassert.JSONCompareMode;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** Compares what came of a case with what was expected, and says each difference in a sentence. */
final class Expectations {

    /** What an endpoint got, as it is compared and shown. */
    private record Arrived(String endpoint, @Nullable String body, Map<String, Object> headers) {}

    private static final int SHOWN = 2_000;

    private final ObjectMapper json;
    private final Content content;

    Expectations(ObjectMapper json, Content content) {
        this.json = json;
        this.content = content;
    }

    /** What is not as expected, now; empty where all is. */
    List<String> unmet(RouteTest test, Bench bench, Outcome outcome, JdbcTemplate database) {
        var expect = test.expect();
        var problems = new ArrayList<String>();
        failure(expect.failure(), outcome, problems);
        var answer = expect.answer();
        if (answer != null && outcome.failure() == null) {
            compare("the answer", answer, outcome.body(), outcome.headers(), problems);
        }
        var arrived = arrived(bench);
        expect.reached().forEach(each -> reached(bench, each, arrived, problems));
        unexpected(test, bench, problems);
        expect.rows().forEach(each -> rows(each, database, problems));
        expect.files().forEach(each -> file(each, bench.folder(), problems));
        return problems;
    }

    private void failure(RouteTest.@Nullable Failing expected, Outcome outcome, List<String> problems) {
        var thrown = outcome.failure();
        if (expected == null && thrown != null) {
            problems.add("the route failed: " + described(thrown));
        } else if (expected != null && thrown == null) {
            problems.add("the route was to fail with " + described(expected) + ", and did not");
        } else if (expected != null && thrown != null && !Exceptions.is(thrown, expected)) {
            problems.add(
                    "the route was to fail with " + described(expected) + ", and failed with " + described(thrown));
        }
    }

    private static String described(RouteTest.Failing expected) {
        return expected.type() + (expected.message() == null ? "" : " '" + expected.message() + "'");
    }

    private static String described(Throwable thrown) {
        var root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root == thrown ? thrown.toString() : thrown + ", caused by " + root;
    }

    private void reached(Bench bench, RouteTest.Reached expected, List<Arrived> all, List<String> problems) {
        var there = all.stream()
                .filter(each -> bench.traffic().matches(each.endpoint(), expected.endpoint()))
                .toList();
        var count = expected.count();
        if (count == null ? there.isEmpty() : there.size() != count) {
            problems.add("%s was to get %s, and got %d%s"
                    .formatted(
                            expected.endpoint(),
                            count == null ? "a message" : count + " message" + (count == 1 ? "" : "s"),
                            there.size(),
                            there.isEmpty() ? "; reached were " + names(all) : ""));
            return;
        }
        if (there.isEmpty()) {
            return;
        }
        List<String> closest = null;
        for (var each : there) {
            var differences = new ArrayList<String>();
            compare(expected.endpoint(), expected.content(), each.body(), each.headers(), differences);
            if (differences.isEmpty()) {
                return;
            }
            closest = closest == null || differences.size() < closest.size() ? differences : closest;
        }
        if (closest != null) {
            problems.addAll(closest);
        }
    }

    private static List<String> names(List<Arrived> all) {
        return all.stream().map(Arrived::endpoint).distinct().toList();
    }

    /** What left the hub without a mock to answer it, or an expectation to name it. */
    private static void unexpected(RouteTest test, Bench bench, List<String> problems) {
        bench.traffic().sent().stream()
                .filter(sent -> !sent.answered())
                .map(Traffic.Sent::endpoint)
                .distinct()
                .filter(endpoint -> test.expect().reached().stream()
                        .noneMatch(expected -> bench.traffic().matches(endpoint, expected.endpoint())))
                .forEach(endpoint -> problems.add((bench.traffic().hasMock(endpoint)
                                ? "%s was called more often than its mocks answer, and no expectation names it"
                                : "%s was called, which no mock answers and no expectation names")
                        .formatted(endpoint)));
    }

    private static List<Arrived> arrived(Bench bench) {
        var all = new ArrayList<Arrived>();
        bench.traffic()
                .sent()
                .forEach(sent -> all.add(new Arrived(
                        sent.endpoint(), sent.body() == null ? null : String.valueOf(sent.body()), sent.headers())));
        bench.events().published().forEach(event -> all.add(arrived("event", event, Map.of())));
        bench.events().parked().forEach(parked -> all.add(arrivedFailure(parked)));
        return all;
    }

    private static Arrived arrivedFailure(RecordedEvents.Parked parked) {
        return arrived("failure", parked.event(), Map.of("reason", parked.reason()));
    }

    private static Arrived arrived(String scheme, Event event, Map<String, Object> besides) {
        var headers = new HashMap<>(besides);
        headers.putAll(RecordedEvents.headersOf(event));
        return new Arrived(
                scheme + ":" + event.type().name(), new String(event.data(), StandardCharsets.UTF_8), headers);
    }

    private void compare(
            String where,
            RouteTest.Content expected,
            @Nullable String body,
            Map<String, Object> headers,
            List<String> problems) {
        if (expected.body() != null) {
            body(where, expected.body(), body, problems);
        }
        expected.headers().forEach((name, value) -> {
            var actual = headers.entrySet().stream()
                    .filter(each -> each.getKey().equalsIgnoreCase(name))
                    .map(each -> String.valueOf(each.getValue()))
                    .findFirst()
                    .orElse(null);
            if (actual == null
                    ? value != null
                    : value == null || !PatternHelper.matchPattern(actual, String.valueOf(value))) {
                problems.add("%s: header %s was to be %s, and is %s".formatted(where, name, value, actual));
            }
        });
    }

    private void body(String where, JsonNode expected, @Nullable String actual, List<String> problems) {
        if (actual == null) {
            problems.add(where + ": there was to be a body, and there is none");
        } else if (expected.isContainerNode()) {
            json(where, expected, actual, problems);
        } else if (!actual.equals(expected.asText())) {
            problems.add("%s: the body was to be%n%s%nand is%n%s".formatted(where, expected.asText(), shown(actual)));
        }
    }

    private void json(String where, JsonNode expected, String actual, List<String> problems) {
        try {
            var result =
                    JSONCompare.compareJSON(json.writeValueAsString(expected), actual, JSONCompareMode.STRICT_ORDER);
            if (result.failed()) {
                problems.add(
                        "%s: %s%nin %s".formatted(where, result.getMessage().strip(), shown(actual)));
            }
        } catch (JSONException | JsonProcessingException noJson) {
            problems.add("%s: the body was to be JSON, and is %s".formatted(where, shown(actual)));
        }
    }

    private void rows(RouteTest.Rows expected, JdbcTemplate database, List<String> problems) {
        try {
            var rows = json.writeValueAsString(database.queryForList(expected.sql()));
            json(expected.sql(), expected.are(), rows, problems);
        } catch (DataAccessException refused) {
            problems.add(expected.sql() + ": " + refused.getMostSpecificCause().getMessage());
        } catch (JsonProcessingException unreadable) {
            problems.add(expected.sql() + ": rows that are no JSON: " + unreadable.getOriginalMessage());
        }
    }

    private void file(RouteTest.FileText expected, Path folder, List<String> problems) {
        var pattern = FileSystems.getDefault().getPathMatcher("glob:" + expected.path());
        try (Stream<Path> all = Files.walk(folder)) {
            var files = all.filter(Files::isRegularFile).map(folder::relativize).toList();
            var matching = files.stream().filter(pattern::matches).toList();
            if (matching.isEmpty()) {
                problems.add("there was to be a file %s; there are %s".formatted(expected.path(), files));
            } else if (matching.stream().noneMatch(each -> holds(folder.resolve(each), expected))) {
                problems.add("%s was to hold '%s'; it holds%n%s"
                        .formatted(
                                matching.get(0),
                                expected.contains() == null ? expected.text() : expected.contains(),
                                shown(read(folder.resolve(matching.get(0)), expected.charset()))));
            }
        } catch (IOException unreadable) {
            problems.add("looking for " + expected.path() + ": " + unreadable);
        }
    }

    private boolean holds(Path file, RouteTest.FileText expected) {
        var text = read(file, expected.charset());
        var whole = expected.textFile() == null
                ? expected.text()
                : new String(content.file(expected.textFile()), expected.charset());
        return (whole == null || text.equals(whole))
                && (expected.contains() == null || text.contains(expected.contains()));
    }

    private static String read(Path file, Charset charset) {
        try {
            return Files.readString(file, charset);
        } catch (IOException unreadable) {
            return "what cannot be read: " + unreadable;
        }
    }

    private static String shown(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }
}
