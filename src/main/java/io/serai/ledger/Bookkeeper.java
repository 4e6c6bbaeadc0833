// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.serai.bus.Binding;
import io.serai.bus.QueueDepths;
import io.serai.bus.Recurring;
import io.serai.bus.SequenceGaps;
import io.serai.bus.Subscriptions;
import io.serai.bus.Tally;
import io.serai.bus.component.FailingInputs;
import io.serai.bus.outbox.Lease;
import io.serai.bus.outbox.Outbox;
import io.serai.message.EventIds;
import io.serai.message.Unavailable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Writes what this hub has counted, every {@code serai.ledger.flush} and when it stops; and in one hub at a time asks for the
 * depth of queues, balances the ledger and holds the warnings, every {@code serai.ledger.round}.
 *
 * <p>While the database is away the counts stay in memory, bounded; while the broker is away nothing is judged and no warning
 * begins or ends.
 */
final class Bookkeeper implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Bookkeeper.class);
    private static final int MAX_QUEUES = 1000;
    private static final int MAX_REFUSED = 100;
    private static final int MAX_KEPT_MARKS = 2_000_000;

    private final String hub = EventIds.next();
    private final Tally tally;
    private final Subscriptions subscriptions;
    private final RouteQueues queues;
    private final FailingInputs inputs;
    private final QueueDepths depths;
    private final SequenceGaps gaps;
    private final Outbox outbox;
    private final Sheets sheets;
    private final Lines lines;
    private final Ledger ledger;
    private final Warnings warnings;
    private final Watch watch;
    private final Lease lease;
    private final LedgerProperties properties;
    private final MultiGauge differences;
    private final MultiGauge backlogs;
    private final MultiGauge ages;
    private final MultiGauge warned;
    /** Counted and not yet written. */
    private List<Tally.Sheet> kept = new ArrayList<>();

    private boolean leading;
    private @Nullable ScheduledThreadPoolExecutor thread;

    Bookkeeper(
            Tally tally,
            Subscriptions subscriptions,
            RouteQueues queues,
            FailingInputs inputs,
            QueueDepths depths,
            SequenceGaps gaps,
            Outbox outbox,
            Sheets sheets,
            Lines lines,
            Ledger ledger,
            Warnings warnings,
            Lease lease,
            LedgerProperties properties,
            MeterRegistry meters) {
        this.tally = tally;
        this.subscriptions = subscriptions;
        this.queues = queues;
        this.inputs = inputs;
        this.depths = depths;
        this.gaps = gaps;
        this.outbox = outbox;
        this.sheets = sheets;
        this.lines = lines;
        this.ledger = ledger;
        this.warnings = warnings;
        this.watch = new Watch(properties);
        this.lease = lease;
        this.properties = properties;
        this.differences = MultiGauge.builder("serai.ledger.difference")
                .description("Events that are neither delivered nor failed nor waiting, and have stayed so")
                .register(meters);
        this.backlogs = MultiGauge.builder("serai.subscriptions.backlog")
                .description("Events ready in the queue of a subscription")
                .register(meters);
        this.ages = MultiGauge.builder("serai.subscriptions.age")
                .description("How long the oldest event of a subscription has waited at least")
                .baseUnit("seconds")
                .register(meters);
        this.warned = MultiGauge.builder("serai.warnings")
                .description("Warnings that hold")
                .register(meters);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the tasks catch what they throw; stop() ends them
    public synchronized void start() {
        // by this machine's clock until the first flush says what time it is for all hubs
        tally.open(properties.window(), Instant.now());
        thread = new ScheduledThreadPoolExecutor(1, new CustomizableThreadFactory("ledger-"));
        thread.scheduleWithFixedDelay(
                recurring(this::flush), 0, properties.flush().toMillis(), TimeUnit.MILLISECONDS);
        thread.scheduleWithFixedDelay(
                recurring(this::round),
                properties.round().toMillis(),
                properties.round().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void stop() {
        if (thread == null) {
            return;
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        thread = null;
        recurring(() -> {
                    flush();
                    sheets.leave(hub);
                    lease.giveBack();
                })
                .run();
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }

    /** Before the outbox's relay publishes, and after it has stopped; the broker links are there all the time. */
    @Override
    public int getPhase() {
        return -150;
    }

    private static Recurring recurring(Runnable task) {
        return new Recurring(LOG, "the ledger waits for the database", "the ledger stumbled; it goes on", task);
    }

    private void flush() {
        var until = tally.now();
        kept.addAll(tally.drain());
        if (kept.stream().mapToLong(sheet -> sheet.marks().length).sum() > MAX_KEPT_MARKS) {
            kept = lost(kept);
        }
        var now = sheets.write(hub, until, kept, queues.look(until), failing());
        kept = new ArrayList<>();
        tally.follow(now);
    }

    private List<Sheets.FailingInput> failing() {
        return inputs.list().stream()
                .map(each -> new Sheets.FailingInput(each.route(), each.exception() + ": " + each.message()))
                .toList();
    }

    /** The database was away for too long: what was counted is forgotten, and its windows remembered. */
    private static List<Tally.Sheet> lost(List<Tally.Sheet> counted) {
        return new ArrayList<>(counted.stream()
                .map(Tally.Sheet::window)
                .distinct()
                .map(window -> new Tally.Sheet(Tally.Kind.LOST, "*", window, new long[0]))
                .toList());
    }

    private void round() {
        if (lease.hold()) {
            balance();
        } else {
            leading = false;
        }
        show();
    }

    private void balance() {
        var now = sheets.now().toEpochMilli();
        var bindings = subscriptions.bindings();
        if (!leading) {
            watch.remember(warnings.list(), now);
            leading = true;
        }
        var types = Set.copyOf(
                sheets.counts().getOrDefault(Tally.Kind.PUBLISHED, Map.of()).keySet());
        var readers = sheets.readers();
        ledger.buryTheSilent(now);
        try {
            var found = depthsOf(readers, bindings);
            ledger.enter(now, bindings);
            ledger.judge(now, bindings, found, readers);
            var holding = new ArrayList<>(watch.look(now, found, readers, bindings, types, sheets.failing()));
            holding.addAll(alarms(now));
            holding.addAll(gaps(now));
            holding.addAll(refused(now));
            warnings.hold(holding);
        } catch (Unavailable brokerAway) {
            LOG.debug("the broker is away; nothing is judged", brokerAway);
        }
        ledger.forget(now);
    }

    private Map<String, QueueDepths.Depth> depthsOf(List<QueueReader> readers, List<Binding> bindings) {
        var names = new TreeSet<String>();
        names.add(QueueDepths.FAILURES);
        bindings.forEach(binding -> names.add(QueueDepths.queueOf(binding.subscription())));
        readers.forEach(reader -> names.add(reader.queue()));
        var found = new HashMap<String, QueueDepths.Depth>();
        names.stream().limit(MAX_QUEUES).forEach(name -> depths.of(name).ifPresent(depth -> found.put(name, depth)));
        return found;
    }

    private List<Warning> alarms(long now) {
        return lines.alarms().stream()
                .map(alarm -> new Warning(
                        Warning.Kind.LEDGER_DIFFERENCE,
                        alarm.subscription(),
                        "%d events published between %s and %s were neither delivered, nor failed, nor do they wait; see /api/ledger?state=alarm"
                                .formatted(
                                        alarm.difference(),
                                        alarm.first(),
                                        alarm.last().plus(properties.window())),
                        Instant.ofEpochMilli(now)))
                .toList();
    }

    private List<Warning> gaps(long now) {
        return gaps.olderThan(properties.warnAfter()).entrySet().stream()
                .map(each -> new Warning(
                        Warning.Kind.SEQUENCE_GAP,
                        each.getKey(),
                        "sequences were passed over " + each.getValue() + " times; see /api/sequence-gaps",
                        Instant.ofEpochMilli(now)))
                .toList();
    }

    private List<Warning> refused(long now) {
        return outbox.refused(MAX_REFUSED).stream()
                .map(each -> new Warning(
                        Warning.Kind.OUTBOX_ROW_REFUSED,
                        each.id(),
                        "event %s of %d bytes stays in row %d of the outbox and those behind it go: %s; raise the broker's limit and restart the hubs, or delete the row"
                                .formatted(each.type(), each.bytes(), each.position(), each.reason()),
                        Instant.ofEpochMilli(now)))
                .toList();
    }

    /** The same in all hubs. */
    private void show() {
        var alarms =
                lines.alarms().stream().collect(Collectors.toMap(Lines.Alarm::subscription, Lines.Alarm::difference));
        var names = new HashSet<>(alarms.keySet());
        subscriptions.bindings().forEach(binding -> names.add(binding.subscription()));
        differences.register(
                names.stream()
                        .map(name -> MultiGauge.Row.of(Tags.of("subscription", name), alarms.getOrDefault(name, 0L)))
                        .toList(),
                true);
        showWaiting(names);
        var counts = warnings.list().stream().collect(Collectors.groupingBy(Warning::kind, Collectors.counting()));
        warned.register(
                Arrays.stream(Warning.Kind.values())
                        .map(kind -> MultiGauge.Row.of(
                                Tags.of("kind", kind.name().toLowerCase(Locale.ROOT)), counts.getOrDefault(kind, 0L)))
                        .toList(),
                true);
    }

    /** Ages are known to a window: 0 where all that waits is younger than one. Backlogs are unknown while the broker is away. */
    private void showWaiting(Set<String> subscriptions) {
        var now = tally.now();
        var oldest = lines.oldestWaiting();
        ages.register(
                subscriptions.stream()
                        .map(name -> MultiGauge.Row.of(
                                Tags.of("subscription", name), seconds(now, oldest.getOrDefault(name, now))))
                        .toList(),
                true);
        var found = new ArrayList<MultiGauge.Row<?>>();
        try {
            subscriptions.stream()
                    .sorted()
                    .limit(MAX_QUEUES)
                    .forEach(name -> depths.of(QueueDepths.queueOf(name))
                            .ifPresent(depth ->
                                    found.add(MultiGauge.Row.of(Tags.of("subscription", name), depth.messages()))));
        } catch (Unavailable brokerAway) {
            found.clear();
            LOG.debug("the broker is away; no backlog is known", brokerAway);
        }
        backlogs.register(found, true);
    }

    private double seconds(long now, long windowStart) {
        return Math.max(0, now - windowStart - properties.window().toMillis()) / 1000.0;
    }
}
