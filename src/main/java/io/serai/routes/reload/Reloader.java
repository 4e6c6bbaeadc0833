// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.message.SecretValues;
import io.serai.message.Unavailable;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.lint.Severity;
import io.serai.routes.tables.FlowTables;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Moves the routes of this hub from one good state to another, or changes nothing.
 *
 * <p>A change goes through lint, preflight and swap; what is wrong in any of them refuses its file, of which the last good
 * content goes on, and with {@link ChangeSet#ALL} everything that was written with it. One change at a time; thread-safe.
 */
public final class Reloader {

    /** What one bad file means for others that were written with it. */
    public enum ChangeSet {
        /** The others go live. */
        FILE,
        /** None does. */
        ALL
    }

    /**
     * A content that does not run.
     *
     * @param file empty where the file was removed
     * @param at when that was known
     */
    public record Refused(Optional<RouteFile> file, List<Finding> findings, Instant at) {}

    private final Lint lint;
    private final FlowTables tables;
    private final Preflight preflight;
    private final Swap swap;
    private final ChangeSet mode;
    private final Clock clock;
    private final SecretValues secrets;
    private final ReentrantLock one = new ReentrantLock(true);
    private volatile State good = State.EMPTY;
    private volatile Map<String, Refused> refused = Map.of();
    private volatile List<Installed> running = List.of();

    Reloader(
            Lint lint,
            FlowTables tables,
            Preflight preflight,
            Swap swap,
            ChangeSet mode,
            Clock clock,
            SecretValues secrets) {
        this.lint = lint;
        this.tables = tables;
        this.preflight = preflight;
        this.swap = swap;
        this.mode = mode;
        this.clock = clock;
        this.secrets = secrets;
    }

    /** The content of each file that runs. */
    public Map<String, RouteFile> files() {
        return good.files();
    }

    /** Contents that were tried last and do not run, by path. */
    public Map<String, Refused> refused() {
        return refused;
    }

    /** The file a route comes from; its content may have changed elsewhere since the route was started. */
    public record Origin(String path, int line, String hash, boolean current) {}

    /** What is done to the folder and to the routes together. */
    @FunctionalInterface
    public interface Together<T, E extends Exception> {
        T run() throws IOException, E;
    }

    /** Nothing is applied meanwhile by others. */
    public <T, E extends Exception> T exclusively(Together<T, E> together) throws IOException, E {
        one.lock();
        try {
            return together.run();
        } finally {
            one.unlock();
        }
    }

    /** The hash of the content that runs; empty where none does. */
    public String hashOf(String path) {
        return good.hashOf(path);
    }

    /** Where a route comes from, or null where no file made it. */
    public @Nullable Origin originOf(String routeId) {
        var found = running.stream()
                .filter(each -> each.routeIds().contains(routeId))
                .findFirst()
                .orElse(null);
        if (found == null) {
            return null;
        }
        var unit = found.unit();
        var current = good.all().stream()
                .anyMatch(each ->
                        each.id().equals(unit.id()) && good.prints().of(each).equals(found.fingerprint()));
        return new Origin(unit.path(), unit.line(), found.fileHash(), current && !refused.containsKey(unit.path()));
    }

    /** What would be wrong with the changes; nothing of them is kept. */
    public List<Finding> check(Changes changes) {
        var findings = new ArrayList<Finding>();
        var next = good.with(changes, findings::add);
        if (findings.isEmpty()) {
            findings.addAll(check(changes, next));
        }
        return sorted(findings);
    }

    /**
     * Applies changes as far as they are good, and with them what was refused before and is good now.
     *
     * @return what became of them; what was refused is remembered until its file or others change
     */
    public Outcome apply(Changes changes) {
        one.lock();
        try {
            var before = refused;
            var outcome = mode == ChangeSet.ALL ? applyAll(changes) : applyEach(changes);
            running = List.copyOf(swap.running());
            return new Outcome(
                    outcome.live(),
                    outcome.refused().stream().filter(refused::containsKey).collect(Collectors.toSet()),
                    outcome.findings(),
                    outcome.started(),
                    changes.and(waiting(before)).only(outcome.live()).only(before.keySet()),
                    outcome.busy());
        } finally {
            one.unlock();
        }
    }

    /** What waits belongs to the set: one that is mended bit by bit goes live with its last bit. */
    private Outcome applyAll(Changes changes) {
        var set = changes.and(waiting(refused));
        var outcome = settle(set);
        remember(set, outcome);
        return outcome;
    }

    /**
     * Refused files may lack only what this change brings, and this change only what they bring: what is still refused is
     * tried once more together. A route that could not be started is not tried again: it would be stopped for it.
     */
    private Outcome applyEach(Changes changes) {
        var before = Set.copyOf(refused.keySet());
        var outcome = settle(changes);
        remember(changes, outcome);
        var unable = refused.entrySet().stream()
                .filter(each -> each.getValue().findings().stream()
                        .anyMatch(finding -> finding.rule().equals(Place.START)))
                .map(Map.Entry::getKey)
                .toList();
        var waiting = waiting(refused).without(unable);
        var mayHelp = before.stream().anyMatch(path -> !changes.files().containsKey(path));
        if (outcome.busy() != null || waiting.isEmpty() || !mayHelp) {
            return outcome;
        }
        var mended = settle(waiting);
        remember(waiting, mended);
        return new Outcome(
                join(outcome.live(), mended.live()),
                outcome.refused().stream()
                        .filter(path -> !mended.live().contains(path))
                        .collect(Collectors.toSet()),
                outcome.refused().stream().allMatch(mended.live()::contains) ? mended.findings() : outcome.findings(),
                Stream.concat(outcome.started().stream(), mended.started().stream())
                        .toList(),
                mended.busy());
    }

    private static Set<String> join(Set<String> some, Set<String> others) {
        return Stream.concat(some.stream(), others.stream()).collect(Collectors.toSet());
    }

    private static Changes waiting(Map<String, Refused> refused) {
        var files = new TreeMap<String, Optional<RouteFile>>();
        refused.forEach((path, each) -> files.put(path, each.file()));
        return new Changes(files);
    }

    /**
     * Starts all files with the hub, and in place of those that cannot run what ran last.
     *
     * @return which of the files run, and which are refused
     */
    Outcome start(Changes all, Map<String, RouteFile> lastGood) {
        one.lock();
        try {
            var behind = tables.migrate(contents(all));
            var ofThem = FlowTables.owned(behind, all.files().keySet());
            var wrong = new ArrayList<Finding>();
            var next = State.EMPTY.with(all.without(ofThem), wrong::add);
            var started = new ArrayList<>(swap.start(next, wrong::add));
            var bad = wrong.stream().map(Finding::file).collect(Collectors.toSet());
            bad.addAll(ofThem);
            good = State.EMPTY.with(all.without(bad), none -> {});
            // a removed file is not brought back
            var instead = new TreeMap<String, Optional<RouteFile>>();
            lastGood.forEach((path, file) -> {
                if (bad.contains(path)) {
                    instead.put(path, Optional.of(file));
                }
            });
            if (!instead.isEmpty()) {
                started.addAll(settle(new Changes(instead)).started());
            }
            var rest = settle(all.without(good(all, bad)).without(ofThem));
            started.addAll(rest.started());
            var live = new TreeSet<>(all.files().keySet());
            var refusedNow = join(rest.refused(), ofThem);
            live.removeAll(refusedNow);
            var findings = sorted(
                    Stream.concat(behind.stream(), rest.findings().stream()).toList());
            var outcome = new Outcome(live, refusedNow, findings, started, rest.busy());
            remember(all, outcome);
            running = List.copyOf(swap.running());
            return outcome;
        } finally {
            one.unlock();
        }
    }

    private static List<RouteFile> contents(Changes changes) {
        return changes.files().values().stream().flatMap(Optional::stream).toList();
    }

    private static Set<String> good(Changes all, Set<String> bad) {
        var paths = new HashSet<>(all.files().keySet());
        paths.removeAll(bad);
        return paths;
    }

    /** Starts what should run and does not, after a start or a resumption that failed. */
    void restore() {
        one.lock();
        try {
            swap.resume();
            if (!swap.toStart(good).isEmpty()) {
                swap.to(good, good);
                running = List.copyOf(swap.running());
            }
        } catch (Broken | Busy still) {
            // said when it happened
        } finally {
            one.unlock();
        }
    }

    private Outcome settle(Changes changes) {
        var findings = new ArrayList<Finding>();
        var bad = new TreeSet<String>();
        var rest = changes;
        while (!rest.isEmpty()) {
            var wrong = new ArrayList<Finding>();
            var next = good.with(rest, wrong::add);
            if (wrong.isEmpty()) {
                wrong.addAll(check(rest, next));
            }
            findings.addAll(
                    wrong.stream().filter(each -> !findings.contains(each)).toList());
            var culprits = culprits(wrong, rest, next);
            if (culprits.isEmpty()) {
                try {
                    var behind = tables.migrate(next.files().values());
                    if (behind.isEmpty()) {
                        var started = swap.to(next, good);
                        good = next;
                        return new Outcome(Set.copyOf(rest.files().keySet()), bad, sorted(findings), started, null);
                    }
                    findings.addAll(behind);
                    culprits = ofFlows(behind, rest);
                } catch (Busy | Unavailable later) {
                    return new Outcome(Set.of(), bad, sorted(findings), List.of(), later.getMessage());
                } catch (Broken broken) {
                    findings.add(broken.finding());
                    culprits = culprits(broken.findings(), rest, next);
                }
            }
            bad.addAll(culprits);
            rest = mode == ChangeSet.ALL ? rest.without(rest.files().keySet()) : rest.without(culprits);
            if (mode == ChangeSet.ALL) {
                bad.addAll(changes.files().keySet());
            }
        }
        return new Outcome(Set.of(), bad, sorted(findings), List.of(), null);
    }

    /** The changes of flows whose tables are behind; all, where none of them is of such a flow. */
    private static Set<String> ofFlows(List<Finding> behind, Changes changes) {
        var paths = changes.files().keySet();
        var owned = FlowTables.owned(behind, paths);
        return owned.isEmpty() ? Set.copyOf(paths) : owned;
    }

    private List<Finding> check(Changes changes, State next) {
        var findings = new ArrayList<>(
                lint.lint(routes(contents(changes)), routes(next.files().values())));
        findings.addAll(next.duplicates());
        findings.addAll(tables.check(next.files().values()));
        var wrong = errors(findings).map(Finding::file).collect(Collectors.toSet());
        if (changes.files().keySet().stream().noneMatch(wrong::contains)) {
            var affected = new ArrayList<>(swap.toStart(next));
            affected.removeAll(swap.owed(good, next));
            findings.addAll(preflight.check(affected, next));
        }
        return findings;
    }

    /** Tests, schemas and contracts beside routes are none. */
    private static List<RouteFile> routes(Collection<RouteFile> files) {
        return files.stream().filter(file -> Units.isRoutes(file.path())).toList();
    }

    private static Stream<Finding> errors(Collection<Finding> findings) {
        return findings.stream().filter(each -> each.severity() == Severity.ERROR);
    }

    /** The changes that are to blame: those with errors; or, where others suffer from a change, what they need. */
    private Set<String> culprits(Collection<Finding> findings, Changes changes, State next) {
        var guilty = new HashSet<String>();
        errors(findings).forEach(finding -> {
            if (changes.files().containsKey(finding.file())) {
                guilty.add(finding.file());
                return;
            }
            var needed = Stream.of(good, next)
                    .flatMap(state -> state.all().stream()
                            .filter(unit -> unit.path().equals(finding.file()))
                            .flatMap(unit -> state.prints().needed(unit).stream()))
                    .map(Unit::path)
                    .filter(changes.files()::containsKey)
                    .toList();
            guilty.addAll(needed.isEmpty() ? changes.files().keySet() : needed);
        });
        return guilty;
    }

    private void remember(Changes changes, Outcome outcome) {
        var now = new LinkedHashMap<>(refused);
        changes.files().forEach((path, file) -> {
            var known = now.get(path);
            if (outcome.live().contains(path)
                    || file.equals(Optional.ofNullable(good.files().get(path)))) {
                now.remove(path);
            } else if (outcome.refused().contains(path)) {
                var at = known != null && known.file().equals(file) ? known.at() : clock.instant();
                now.put(path, new Refused(file, of(path, outcome), at));
            }
        });
        refused = Map.copyOf(now);
    }

    /** Those of the file; with them all errors, where it is others that suffer. */
    private List<Finding> of(String path, Outcome outcome) {
        var own = outcome.findings().stream()
                .filter(each -> each.file().equals(path))
                .toList();
        return errors(own).findAny().isPresent()
                ? own
                : sorted(Stream.concat(own.stream(), outcome.errors().stream()).toList());
    }

    private List<Finding> sorted(Collection<Finding> findings) {
        return findings.stream()
                .map(each -> each.masked(secrets))
                .distinct()
                .sorted(Finding.BY_PLACE)
                .toList();
    }
}
