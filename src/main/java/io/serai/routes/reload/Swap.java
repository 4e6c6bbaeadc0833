// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings what runs to a state: units whose fingerprint is the same are not touched. Not thread-safe. */
final class Swap {

    private static final Logger LOG = LoggerFactory.getLogger(Swap.class);

    private final CamelContext context;
    private final Installer installer;
    private final ServedFiles served;
    private final Progress progress;
    private final Duration drainTimeout;
    private final Map<Unit.Id, Installed> running = new LinkedHashMap<>();
    private final List<Route> unresumed = new ArrayList<>();

    Swap(CamelContext context, Installer installer, ServedFiles served, Progress progress, Duration drainTimeout) {
        this.context = context;
        this.installer = installer;
        this.served = served;
        this.progress = progress;
        this.drainTimeout = drainTimeout;
    }

    Collection<Installed> running() {
        return List.copyOf(running.values());
    }

    /** Tries again to resume routes that were held and refused to go on. */
    void resume() {
        unresumed.removeIf(Drain::isResumed);
    }

    /** Units that are not there yet or have changed. */
    List<Unit> toStart(State state) {
        return state.all().stream()
                .filter(unit -> {
                    var now = running.get(unit.id());
                    return now == null
                            || !now.fingerprint().equals(state.prints().of(unit));
                })
                .sorted(Comparator.comparing(Unit::kind))
                .toList();
    }

    /** Units that should run already, do not, and are no other in the next state: what comes is not to blame for them. */
    Set<Unit> owed(State state, State next) {
        return toStart(state).stream()
                .filter(unit -> state.prints().of(unit).equals(next.prints().of(unit)))
                .collect(Collectors.toSet());
    }

    private List<Installed> toStop(State state, Collection<Unit> toStart) {
        var kept = new HashSet<Unit.Id>();
        state.all().forEach(unit -> kept.add(unit.id()));
        toStart.forEach(unit -> kept.remove(unit.id()));
        return running.values().stream()
                .filter(each -> !kept.contains(each.unit().id()))
                .sorted(Comparator.comparing((Installed each) -> each.unit().kind())
                        .reversed())
                .toList();
    }

    /**
     * Stops what is to go, and starts what is to come. Where that fails, what ran before runs again.
     *
     * @param before the state that runs
     * @return ids of the routes that were started
     * @throws Broken naming the unit that could not be started
     * @throws Busy where routes are not done with their work in time; nothing was changed
     */
    List<String> to(State next, State before) throws Broken, Busy {
        var start = toStart(next);
        var stop = toStop(next, start);
        if (start.isEmpty() && stop.isEmpty()) {
            served.serve(next);
            return List.of();
        }
        var owed = owed(before, next);
        var ids = stop.stream().flatMap(each -> each.routeIds().stream()).toList();
        progress.swapping(true);
        Drain held = null;
        try {
            held = Drain.of(context, ids, calls(stop), drainTimeout, unresumed);
            stop.forEach(this::remove);
            served.serve(next);
            var started = new ArrayList<Installed>();
            try {
                for (var unit : start) {
                    if (owed.contains(unit)) {
                        tryAgain(unit, next).ifPresent(started::add);
                    } else {
                        started.add(add(unit, next));
                    }
                }
            } catch (Broken broken) {
                for (int i = started.size() - 1; i >= 0; i--) {
                    remove(started.get(i));
                }
                served.serve(before);
                putBack(stop, before);
                throw broken;
            }
            return started.stream().flatMap(each -> each.routeIds().stream()).toList();
        } finally {
            progress.swapping(false);
            if (held != null) {
                held.close();
            }
        }
    }

    /**
     * Starts all units that can be, for the start of the hub.
     *
     * @param report takes what is wrong with the others; nothing of their files is left running
     */
    List<String> start(State state, Consumer<Finding> report) {
        served.serve(state);
        var bad = new HashSet<String>();
        for (var unit : toStart(state)) {
            if (bad.contains(unit.path())) {
                continue;
            }
            try {
                add(unit, state);
            } catch (Broken broken) {
                bad.add(unit.path());
                report.accept(broken.finding());
                running().stream()
                        .filter(each -> each.unit().path().equals(unit.path()))
                        .forEach(this::remove);
            }
        }
        return running.values().stream()
                .flatMap(each -> each.routeIds().stream())
                .toList();
    }

    private Installed add(Unit unit, State state) throws Broken {
        var installed =
                installer.add(unit, state.prints().needed(unit), state.prints().of(unit), state.hashOf(unit.path()));
        running.put(unit.id(), installed);
        return installed;
    }

    private Optional<Installed> tryAgain(Unit unit, State state) {
        try {
            return Optional.of(add(unit, state));
        } catch (Broken still) {
            LOG.debug("routes of {} could not be started again", unit.path(), still);
            return Optional.empty();
        }
    }

    private void remove(Installed installed) {
        installer.remove(installed);
        running.remove(installed.unit().id());
    }

    /** What fails here is missing among what runs, and so is tried again with the next change. */
    private void putBack(List<Installed> stopped, State before) {
        stopped.stream()
                .sorted(Comparator.comparing(each -> each.unit().kind()))
                .forEach(each -> {
                    try {
                        running.put(
                                each.unit().id(),
                                installer.add(
                                        each.unit(),
                                        before.prints().needed(each.unit()),
                                        each.fingerprint(),
                                        each.fileHash()));
                    } catch (Broken broken) {
                        LOG.error(
                                "routes {} of {} could not be started again: {}; it is tried again every few seconds",
                                each.routeIds(),
                                each.unit().path(),
                                broken.finding().message(),
                                broken);
                    }
                });
    }

    /** Which of the routes mentions the endpoint that another one reads. */
    private Map<String, Set<String>> calls(List<Installed> units) {
        var calls = new HashMap<String, Set<String>>();
        for (var caller : units) {
            for (var called : units) {
                for (var id : called.routeIds()) {
                    var route = context.getRoute(id);
                    if (route != null && Fingerprints.mentions(caller.unit().canonical(), name(route.getEndpoint()))) {
                        caller.routeIds().stream()
                                .filter(each -> !each.equals(id))
                                .forEach(each -> calls.computeIfAbsent(each, none -> new HashSet<>())
                                        .add(id));
                    }
                }
            }
        }
        return calls;
    }

    private static String name(Endpoint endpoint) {
        return endpoint.getEndpointUri().replaceFirst("\\?.*", "").replaceFirst("^[^:]*:(//)?", "");
    }
}
