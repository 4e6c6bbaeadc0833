// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.routes.lint.Report.Place;
import io.serai.routes.lint.RouteContent.RouteUse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What only shows when all files are seen together. */
final class TreeRules {

    /** Something and the file it is in. */
    private record At<T>(RouteContent content, T what) {

        void error(List<Finding> findings, Place place, String rule, String message, String hint) {
            new Report(content.file().path(), findings).error(place, rule, message, hint);
        }

        void warning(List<Finding> findings, Place place, String rule, String message, @Nullable String hint) {
            new Report(content.file().path(), findings).warning(place, rule, message, hint);
        }
    }

    /** Everything found, in every file. Where two files collide, both are named. */
    List<Finding> check(Collection<RouteContent> tree) {
        var findings = new ArrayList<Finding>();
        checkIds(tree, findings);
        checkSubscriptions(tree, findings);
        checkTransactions(tree, findings);
        checkTypes(tree, findings);
        checkDirect(tree, findings);
        return findings;
    }

    private static <T> List<At<T>> all(Collection<RouteContent> tree, Function<RouteContent, List<T>> part) {
        return tree.stream()
                .flatMap(content -> part.apply(content).stream().map(each -> new At<>(content, each)))
                .toList();
    }

    private static void checkIds(Collection<RouteContent> tree, List<Finding> findings) {
        collisions(
                all(tree, RouteContent::ids),
                id -> id.id(),
                (at, other) -> at.error(
                        findings,
                        at.what().place(),
                        "duplicate-id",
                        "the id '" + Text.cut(at.what().id()) + "' is taken: "
                                + where(other.content(), other.what().place()),
                        "ids are unique in the hub; choose another"));
    }

    private static void checkSubscriptions(Collection<RouteContent> tree, List<Finding> findings) {
        var readers = routes(tree).stream()
                .filter(at -> at.what().isOf("event") && at.what().literal("subscription") != null)
                .toList();
        collisions(
                readers,
                use -> String.valueOf(use.literal("subscription")),
                (at, other) -> at.error(
                        findings,
                        at.what().placeOf("subscription"),
                        "duplicate-subscription",
                        "another route reads the subscription '"
                                + Text.cut(String.valueOf(at.what().literal("subscription"))) + "': "
                                + where(other.content(), other.what().place()),
                        "give each route a subscription of its own; each then sees every event"));
    }

    private static List<At<EndpointUse>> routes(Collection<RouteContent> tree) {
        var uses = new ArrayList<At<EndpointUse>>();
        for (var content : tree) {
            for (var route : content.routes()) {
                if (route.from() != null) {
                    uses.add(new At<>(content, route.from()));
                }
            }
        }
        return uses;
    }

    private interface Collision<T> {
        void tell(At<T> one, At<T> other);
    }

    private static <T> void collisions(List<At<T>> all, Function<T, String> name, Collision<T> collision) {
        var byName = new HashMap<String, List<At<T>>>();
        all.forEach(at -> byName.computeIfAbsent(name.apply(at.what()), key -> new ArrayList<>())
                .add(at));
        for (var same : byName.values()) {
            for (int i = 0; same.size() > 1 && i < same.size(); i++) {
                collision.tell(same.get(i), same.get(i == 0 ? 1 : 0));
            }
        }
    }

    /**
     * In an idempotent route the consumer owns the transaction: what ends a failure within it commits the claim, and the
     * effect is lost.
     */
    private static void checkTransactions(Collection<RouteContent> tree, List<Finding> findings) {
        for (var content : tree) {
            for (var route : content.routes()) {
                if (route.from() != null
                        && route.from().isOf("event")
                        && route.from().isSet("idempotent")) {
                    checkTransaction(content, route, tree, findings);
                }
            }
        }
    }

    private static void checkTransaction(
            RouteContent content, RouteUse route, Collection<RouteContent> tree, List<Finding> findings) {
        for (var at : all(tree, RouteContent::swallowing)) {
            var configuration = at.what().configuration();
            var holds = configuration == null
                    ? at.content().file().path().equals(content.file().path())
                    : configuration.isEmpty() || names(route).contains(configuration);
            if (holds) {
                at.error(
                        findings,
                        at.what().place(),
                        "handled-in-transaction",
                        "'" + at.what().what() + "' ends a failure inside the transaction of an idempotent route ("
                                + where(content, route.place())
                                + "): the event counts as done, its effect is rolled back or half done",
                        "let the exception go: the hub rolls back, tries again and parks");
            }
        }
    }

    private static List<String> names(RouteUse route) {
        return route.configuration() == null
                ? List.of()
                : List.of(route.configuration().split("\\s*,\\s*", -1));
    }

    private static void checkTypes(Collection<RouteContent> tree, List<Finding> findings) {
        var readers =
                routes(tree).stream().filter(at -> at.what().isOf("event")).toList();
        var writers = all(tree, RouteContent::endpoints).stream()
                .filter(at -> at.what().isOf("event") && !at.what().isConsumer())
                .toList();
        for (var reader : readers) {
            for (var pattern : reader.what().path().split(",", -1)) {
                forPattern(pattern, read -> {
                    if (writers.stream().noneMatch(writer -> writes(writer.what(), read))) {
                        reader.warning(
                                findings,
                                reader.what().place(),
                                "nobody-publishes",
                                "no route publishes an event that '" + read + "' selects",
                                "right where another system publishes it over HTTP; else look at the spelling");
                    }
                });
            }
        }
        for (var writer : writers) {
            forPattern(typeOf(writer.what()), written -> {
                if (written.isExact() && readers.stream().noneMatch(reader -> reads(reader.what(), written))) {
                    writer.warning(
                            findings,
                            writer.what().place(),
                            "nobody-subscribes",
                            "no route reads '" + written + "'",
                            "right where it is for webhooks or the event log; else look at the spelling");
                }
            });
        }
    }

    /** A call to a name that no route has fails at once. */
    private static void checkDirect(Collection<RouteContent> tree, List<Finding> findings) {
        var ends = all(tree, RouteContent::endpoints).stream()
                .filter(at -> at.what().isOf("direct"))
                .toList();
        for (var call : ends) {
            if (!call.what().isConsumer()
                    && call.what().option("failIfNoConsumers") == null
                    && ends.stream().noneMatch(each -> each.what().isConsumer() && mayBe(each.what(), call.what()))) {
                call.warning(
                        findings,
                        call.what().place(),
                        "nobody-serves",
                        "no route begins with 'direct:" + Text.cut(call.what().path()) + "'; the call fails",
                        "look at the spelling, or save the file that has it");
            }
        }
    }

    /** Whether the names are the same, or could be when the hub runs. */
    private static boolean mayBe(EndpointUse one, EndpointUse other) {
        if (!CamelSchema.isPlaceholder(one.path())) {
            return CamelSchema.isPlaceholder(other.path())
                    ? mayBe(other, one)
                    : one.path().equals(other.path());
        }
        var known = start(one.path(), "{$");
        var asked = start(other.path(), "{$");
        return asked.startsWith(known) || (CamelSchema.isPlaceholder(other.path()) && known.startsWith(asked));
    }

    private static boolean reads(EndpointUse reader, EventPattern written) {
        for (var pattern : reader.path().split(",", -1)) {
            if (CamelSchema.isPlaceholder(pattern)) {
                return true;
            }
            var selects = new boolean[1];
            forPattern(pattern, read -> selects[0] = read.matches(new EventType(written.text())));
            if (selects[0]) {
                return true;
            }
        }
        return false;
    }

    private static boolean writes(EndpointUse writer, EventPattern read) {
        if (CamelSchema.isPlaceholder(writer.path())) {
            // the rest is known when the hub runs
            var known = start(writer.path(), "{$");
            var asked = start(read.text(), "*#");
            return known.startsWith(asked) || asked.startsWith(known);
        }
        var selects = new boolean[1];
        forPattern(
                typeOf(writer),
                written -> selects[0] = written.isExact() && read.matches(new EventType(written.text())));
        return selects[0];
    }

    /** The text up to the first of these characters. */
    private static String start(String text, String ends) {
        for (int i = 0; i < text.length(); i++) {
            if (ends.indexOf(text.charAt(i)) >= 0) {
                return text.substring(0, i);
            }
        }
        return text;
    }

    private static String typeOf(EndpointUse use) {
        return use.path().strip();
    }

    /** What is no pattern is reported elsewhere. */
    private static void forPattern(String text, Consumer<EventPattern> use) {
        try {
            if (!CamelSchema.isPlaceholder(text)) {
                use.accept(new EventPattern(text.strip()));
            }
        } catch (Invalid reported) {
            return;
        }
    }

    private static String where(RouteContent content, Place place) {
        return content.file().path() + ":" + place.line();
    }
}
