// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.bus.Binding;
import io.serai.bus.QueueDepths;
import io.serai.bus.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Enters what the hubs have counted, window by window, and judges what is missing.
 *
 * <p>A window is entered when it is over and every hub has written what it counted in it. A subscription owes a window from
 * the first that begins after it was bound. What is missing and not in its queue, nor in some hub's hand, is a difference;
 * one that stays the same is an alarm. It is no proof: what waits can hide what is lost until the queue is empty.
 */
final class Ledger {

    private static final Logger LOG = LoggerFactory.getLogger(Ledger.class);
    private static final int WINDOWS_A_ROUND = 1000;

    private final Sheets sheets;
    private final Lines lines;
    private final TransactionOperations transaction;
    private final LedgerProperties properties;
    private final long settle;

    /** @param publishing how long after its stamp an event may yet be confirmed */
    Ledger(
            Sheets sheets,
            Lines lines,
            TransactionOperations transaction,
            LedgerProperties properties,
            Duration publishing) {
        this.sheets = sheets;
        this.lines = lines;
        this.transaction = transaction;
        this.properties = properties;
        this.settle = publishing.plus(properties.flush().multipliedBy(2)).toMillis();
    }

    /** Marks what hubs that were killed cannot account for any more. */
    void buryTheSilent(long now) {
        for (var silent : sheets.silentSince(now - properties.silence().toMillis())) {
            transaction.executeWithoutResult(status -> {
                lines.doubt(sheets.readBy(silent.hub()).stream()
                        .flatMap(queue -> subscriptionOf(queue).stream())
                        .toList());
                sheets.lose(underWay(silent.seenAt(), now));
                sheets.leave(silent.hub());
            });
            LOG.warn(
                    "a hub has not counted for {} s, so it was killed or is cut off; what it had under way is uncertain in the ledger hub={}",
                    (now - silent.seenAt()) / 1000,
                    silent.hub());
        }
    }

    private List<Long> underWay(long seenAt, long now) {
        var length = properties.window().toMillis();
        var last = Math.min(now, seenAt + properties.silence().toMillis());
        return LongStream.rangeClosed((seenAt - settle - length) / length, last / length)
                .map(window -> window * length)
                .boxed()
                .toList();
    }

    /** Enters the windows that are over. */
    void enter(long now, List<Binding> bindings) {
        var last = sheets.writtenUntil(now) - settle - properties.window().toMillis();
        for (var window : sheets.windowsUpTo(last, WINDOWS_A_ROUND)) {
            transaction.executeWithoutResult(status -> enter(window, sheets.take(window), bindings));
        }
    }

    private void enter(long window, List<Tally.Sheet> counted, Collection<Binding> bindings) {
        var known = lines.lock(window);
        var lost = counted.stream().anyMatch(sheet -> sheet.kind() == Tally.Kind.LOST);
        var owed = boundBy(window, bindings);
        // what is bound to something else by now goes on with what it was owed then
        known.keySet().forEach(subscription -> owed.putIfAbsent(subscription, List.of()));
        owed.forEach((subscription, patterns) -> {
            var published = marks(
                    counted,
                    sheet -> sheet.kind() == Tally.Kind.PUBLISHED
                            && patterns.stream().anyMatch(pattern -> Types.matches(pattern.pattern(), sheet.name())));
            var delivered = marks(counted, sheet -> is(sheet, Tally.Kind.DELIVERED, subscription));
            var failed = marks(counted, sheet -> is(sheet, Tally.Kind.FAILED, subscription));
            var entry = known.get(subscription);
            if (entry != null) {
                // counts of publishers that come only now cannot be told from those entered already
                var uncertain = entry.uncertain() || lost || published.length > 0;
                lines.update(
                        window, subscription, new Lines.Entry(entry.account().with(delivered, failed), uncertain));
            } else if (published.length + delivered.length + failed.length > 0) {
                lines.insert(window, subscription, new Lines.Entry(Account.of(published, delivered, failed), lost));
            }
        });
    }

    private static boolean is(Tally.Sheet sheet, Tally.Kind kind, String name) {
        return sheet.kind() == kind && sheet.name().equals(name);
    }

    private static long[] marks(List<Tally.Sheet> counted, Predicate<Tally.Sheet> wanted) {
        return Marks.joined(
                counted.stream().filter(wanted).map(Tally.Sheet::marks).toList());
    }

    /** By subscription, what it was bound to when the window began. */
    private static Map<String, List<Binding>> boundBy(long window, Collection<Binding> bindings) {
        return bindings.stream()
                .filter(binding ->
                        binding.boundAt() != null && binding.boundAt().toEpochMilli() <= window)
                .collect(Collectors.groupingBy(Binding::subscription, HashMap::new, Collectors.toList()));
    }

    /**
     * Judges the windows in which something is missing.
     *
     * @param depths by queue; what is not there holds nothing
     */
    void judge(long now, List<Binding> bindings, Map<String, QueueDepths.Depth> depths, List<QueueReader> readers) {
        var counts = sheets.counts();
        var bySubscription = lines.missing().stream().collect(Collectors.groupingBy(Line::subscription));
        var changed = new ArrayList<Line>();
        bySubscription.forEach((subscription, missing) -> {
            var queue = QueueDepths.queueOf(subscription);
            var reading = readers.stream()
                    .filter(reader -> reader.reading() && reader.queue().equals(queue))
                    .toList();
            var depth = depths.get(queue);
            var waiting = (depth == null ? 0 : depth.messages())
                    + reading.stream().mapToLong(QueueReader::inHand).sum()
                    - underWay(subscription, bindings, counts);
            var turned = reading.stream().mapToLong(QueueReader::turnedAt).min().orElse(now);
            var judged = Line.judged(
                    missing, waiting, turned, now, properties.alarmAfter().toMillis());
            for (int i = 0; i < judged.size(); i++) {
                if (!judged.get(i).isJudgedAs(missing.get(i))) {
                    changed.add(judged.get(i));
                }
            }
        });
        lines.judge(changed);
    }

    /** About how many events of windows that are not entered yet wait for the subscription. */
    private static long underWay(
            String subscription, List<Binding> bindings, Map<Tally.Kind, Map<String, Long>> counts) {
        var owed = new HashSet<String>();
        var published = counts.getOrDefault(Tally.Kind.PUBLISHED, Map.of());
        bindings.stream()
                .filter(binding -> binding.subscription().equals(subscription))
                .forEach(binding -> published.keySet().stream()
                        .filter(type -> Types.matches(binding.pattern(), type))
                        .forEach(owed::add));
        var settled = counts.getOrDefault(Tally.Kind.DELIVERED, Map.of()).getOrDefault(subscription, 0L)
                + counts.getOrDefault(Tally.Kind.FAILED, Map.of()).getOrDefault(subscription, 0L);
        return Math.max(0, owed.stream().mapToLong(published::get).sum() - settled);
    }

    void forget(long now) {
        lines.forget(now - properties.retention().toMillis());
    }

    private static Optional<String> subscriptionOf(String queue) {
        var prefix = QueueDepths.queueOf("");
        return queue.startsWith(prefix) ? Optional.of(queue.substring(prefix.length())) : Optional.empty();
    }
}
