// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/** What {@code event:} and {@code failure:} ask of a route, as the hub would find at start or when a message comes. */
final class EventRules {

    private final Set<String> retryPolicies;
    private final Function<String, Optional<Boolean>> orderedAsRecorded;

    EventRules(Set<String> retryPolicies, Function<String, Optional<Boolean>> orderedAsRecorded) {
        this.retryPolicies = retryPolicies;
        this.orderedAsRecorded = orderedAsRecorded;
    }

    void check(EndpointUse use, Report report) {
        if (use.isOf("event") && use.isConsumer()) {
            checkSubscription(use, report);
        } else if (use.isOf("event") || use.isOf("failure")) {
            checkType(use, report);
        }
    }

    private void checkSubscription(EndpointUse use, Report report) {
        if (use.option("subscription") == null) {
            report.error(
                    use.place(),
                    "missing-subscription",
                    "reading events needs a name for the queue that collects them while nobody reads",
                    "add 'subscription: my-name' under parameters");
        }
        for (var pattern : use.path().split(",", -1)) {
            try {
                if (!CamelSchema.isPlaceholder(pattern)) {
                    new EventPattern(pattern.strip());
                }
            } catch (Invalid wrong) {
                report.error(
                        use.place(), "event-pattern", "'" + Text.cut(pattern) + "' is no pattern", wrong.getMessage());
            }
        }
        var retry = use.literal("retry");
        if (retry != null && !retryPolicies.contains(retry)) {
            var hint = Similar.hint(retry, retryPolicies);
            report.error(
                    use.placeOf("retry"),
                    "unknown-policy",
                    "there is no retry policy '" + Text.cut(retry) + "'",
                    hint != null ? hint : "there are " + String.join(", ", new TreeSet<>(retryPolicies)));
        }
        checkBounds(use, "concurrency", 1, 64, report);
        checkBounds(use, "prefetch", 0, 5_000, report);
        checkBounds(use, "batchSize", 1, 2_000, report);
        checkOrdered(use, report);
    }

    /** The queue was made one way, and no broker changes that. */
    private void checkOrdered(EndpointUse use, Report report) {
        var name = use.literal("subscription");
        var written = use.option("ordered");
        if (name == null || (written != null && written.isOpen())) {
            return;
        }
        var wanted = use.isSet("ordered");
        orderedAsRecorded
                .apply(name)
                .filter(recorded -> recorded != wanted)
                .ifPresent(recorded -> report.error(
                        use.placeOf("ordered"),
                        "ordered-changed",
                        "subscription '" + Text.cut(name) + "' was made with ordered=" + recorded
                                + ", and its queue cannot change",
                        "keep it, or read under another subscription and remove this one when it is empty"));
    }

    private static void checkBounds(EndpointUse use, String name, int least, int most, Report report) {
        var value = use.literal(name);
        if (value != null && value.matches("[0-9]{1,9}")) {
            var number = Integer.parseInt(value);
            if (number < least || number > most) {
                report.error(
                        use.placeOf(name),
                        "out-of-bounds",
                        "'" + name + "' must be " + least + " to " + most + ", not " + number,
                        null);
            }
        }
    }

    private static void checkType(EndpointUse use, Report report) {
        if (CamelSchema.isPlaceholder(use.path())) {
            // behind what is not known yet the options may have begun
            if (!use.isDynamic() && use.path().split("\\{\\{", 2)[0].contains("${")) {
                report.error(
                        use.place(),
                        "expression-in-uri",
                        "'to' sends to the text as it stands; '${…}' is not evaluated",
                        "write 'toD' in its place");
            }
            return;
        }
        try {
            new EventType(use.path());
        } catch (Invalid wrong) {
            report.error(
                    use.place(), "event-type", "'" + Text.cut(use.path()) + "' is no event type", wrong.getMessage());
        }
    }
}
