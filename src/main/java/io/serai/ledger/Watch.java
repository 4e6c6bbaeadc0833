// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.bus.Binding;
import io.serai.bus.QueueDepths;
import io.serai.ledger.Warning.Kind;
import io.serai.message.EventPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a person should look at: queues that nobody reads, event types that nobody hears,
 * routes whose input fails. What it finds is a warning when
 * it has found it for a while, in the hub that looks. Not thread-safe.
 */
final class Watch {

    private static final String EVENT_LOG = "event-log";
    private static final Duration HEARD_OF = Duration.ofHours(1);
    private static final int MAX_TYPES = 1000;

    private final LedgerProperties properties;
    private final Map<Warnings.Key, Long> foundSince = new HashMap<>();
    /** Types that nobody subscribes to, and when they were last published. */
    private final Map<String, Long> unheard = new TreeMap<>();

    Watch(LedgerProperties properties) {
        this.properties = properties;
    }

    /**
     * What holds already, found by another hub perhaps or by this one before it was started again; it holds on while it is
     * found.
     */
    void remember(Collection<Warning> holding, long now) {
        for (var warning : holding) {
            foundSince.putIfAbsent(Warnings.key(warning), warning.since().toEpochMilli());
            if (warning.kind() == Kind.EVENT_WITHOUT_SUBSCRIBER) {
                unheard.putIfAbsent(warning.name(), now);
            }
        }
    }

    /**
     * Looks once.
     *
     * @param depths by queue, of those that are there
     * @param readers in all hubs
     * @param types published lately
     * @param failing in all hubs
     */
    List<Warning> look(
            long now,
            Map<String, QueueDepths.Depth> depths,
            List<QueueReader> readers,
            List<Binding> bindings,
            Set<String> types,
            List<Sheets.FailingInput> failing) {
        var found = new ArrayList<Warning>();
        depths.forEach((queue, depth) -> {
            if (depth.messages() > 0 && depth.consumers() == 0) {
                found.add(unread(now, queue, depth.messages(), of(queue, readers)));
            }
        });
        readers.stream()
                .filter(reader -> !reader.durable())
                .forEach(
                        reader -> found.add(
                                warning(
                                        now,
                                        Kind.NON_DURABLE_QUEUE,
                                        reader.queue(),
                                        "route " + reader.route()
                                                + " declares the queue without arg.queue.durable=true; it is gone when the broker restarts")));
        unheard(now, bindings, types)
                .forEach(type -> found.add(warning(
                        now,
                        Kind.EVENT_WITHOUT_SUBSCRIBER,
                        type,
                        "events of this type are published and nobody but the log subscribes to them")));
        failing.forEach(each -> found.add(warning(
                now,
                Kind.FAILING_INPUT,
                each.route(),
                "the route gets nothing to do, its input fails and is tried again: " + each.cause())));
        return lasting(now, found);
    }

    private Warning unread(long now, String queue, long messages, List<QueueReader> readers) {
        if (queue.equals(QueueDepths.FAILURES)) {
            return warning(
                    now,
                    Kind.DEAD_LETTERS_UNREAD,
                    queue,
                    messages + " failures wait and no hub takes them; one at least must have serai.failure.store");
        }
        if (readers.isEmpty()) {
            return warning(
                    now,
                    Kind.ORPHANED_SUBSCRIPTION,
                    subscriptionOf(queue),
                    messages + " events wait and no route of any hub reads them");
        }
        var route = readers.stream()
                .map(QueueReader::route)
                .filter(each -> each != null)
                .findFirst()
                .orElse(queue);
        return readers.stream().noneMatch(QueueReader::reading)
                ? warning(
                        now,
                        Kind.STOPPED_ROUTE,
                        route,
                        messages + " messages wait in " + queue + " and the route is stopped")
                : warning(
                        now,
                        Kind.QUEUE_WITHOUT_CONSUMERS,
                        queue,
                        messages + " messages wait and the broker sees no consumer, though the route " + route
                                + " is started");
    }

    private Collection<String> unheard(long now, List<Binding> bindings, Set<String> types) {
        for (var type : types) {
            if (unheard.size() < MAX_TYPES || unheard.containsKey(type)) {
                unheard.put(type, now);
            }
        }
        unheard.entrySet()
                .removeIf(each -> now - each.getValue() > HEARD_OF.toMillis() || isHeard(each.getKey(), bindings));
        return unheard.keySet();
    }

    private boolean isHeard(String type, List<Binding> bindings) {
        return matches(properties.unheard(), type)
                || matches(
                        bindings.stream()
                                .filter(binding -> !binding.subscription().equals(EVENT_LOG))
                                .map(Binding::pattern)
                                .toList(),
                        type);
    }

    private static boolean matches(List<EventPattern> patterns, String type) {
        return patterns.stream().anyMatch(pattern -> Types.matches(pattern, type));
    }

    private List<Warning> lasting(long now, List<Warning> found) {
        Map<Warnings.Key, Long> still = found.stream()
                .collect(Collectors.toMap(
                        Warnings::key, each -> foundSince.getOrDefault(Warnings.key(each), now), Math::min));
        foundSince.clear();
        foundSince.putAll(still);
        return found.stream()
                .filter(each -> now - still.getOrDefault(Warnings.key(each), now)
                        >= properties.warnAfter().toMillis())
                .toList();
    }

    private static List<QueueReader> of(String queue, List<QueueReader> readers) {
        return readers.stream().filter(reader -> reader.queue().equals(queue)).toList();
    }

    private static String subscriptionOf(String queue) {
        var prefix = QueueDepths.queueOf("");
        return queue.startsWith(prefix) ? queue.substring(prefix.length()) : queue;
    }

    private static Warning warning(long now, Kind kind, @Nullable String name, String detail) {
        return new Warning(kind, String.valueOf(name), detail, Instant.ofEpochMilli(now));
    }
}
