// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.bus.component.RouteRuns;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.TransactionException;

/**
 * Runs routes again with what they failed on: of each route one at a time in this hub, on a thread of its own, and only of
 * routes that this hub runs.
 *
 * <p>While one is in hand its lease is renewed; a hub that dies lets it lapse, and the next runs it again under the same
 * number, which is counted.
 */
final class RouteRetries {

    private static final Logger LOG = LoggerFactory.getLogger(RouteRetries.class);
    private final Failures failures;
    private final RouteRuns runs;
    private final Duration lease;
    private final Absences absences;
    private final Map<Origin, List<Failures.Due>> inHand = new ConcurrentHashMap<>();
    private final ExecutorService threads;

    RouteRetries(Failures failures, RouteRuns runs, Duration lease, Absences absences) {
        this.failures = failures;
        this.runs = runs;
        this.lease = lease;
        this.absences = absences;
        var daemons = new CustomizableThreadFactory("route-retries-");
        daemons.setDaemon(true);
        this.threads = Executors.newCachedThreadPool(daemons);
    }

    /** Takes some of what is due for a route, unless it is at it already. */
    void run(Origin origin, int most) {
        if (inHand.containsKey(origin)) {
            return;
        }
        if (!runs.isRunning(origin.routeId())) {
            giveUpWhatNobodyRuns(origin, most);
            return;
        }
        absences.end(origin);
        var inputs = failures.claim(origin, most, lease);
        if (!inputs.isEmpty()) {
            inHand.put(origin, inputs);
            threads.execute(() -> runAll(origin, inputs));
        }
    }

    /** What another hub runs is not its to see but in the database. */
    private void giveUpWhatNobodyRuns(Origin origin, int most) {
        if (!absences.areTooLong(origin)) {
            return;
        }
        if (failures.isRun(origin, absences.patience())) {
            absences.end(origin);
            return;
        }
        var due = failures.claim(origin, most, lease);
        failures.giveUp(
                due,
                "no hub has run the route " + origin.routeId() + " for " + absences.patience()
                        + "; start it, and replay");
    }

    /** To be called several times a lease. */
    void renew() {
        inHand.values().forEach(claimed -> failures.postpone(claimed, lease));
    }

    private void runAll(Origin origin, List<Failures.Due> inputs) {
        try {
            for (int next = 0; next < inputs.size() && runs.isRunning(origin.routeId()); next++) {
                inHand.put(origin, inputs.subList(next, inputs.size()));
                run(origin, inputs.get(next));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (DataAccessException | TransactionException away) {
            LOG.debug("the database is away, so the leases run out", away);
        } finally {
            inHand.remove(origin);
        }
    }

    private void run(Origin origin, Failures.Due due) throws InterruptedException {
        failures.begin(due);
        try {
            runs.run(
                            origin.routeId(),
                            due.retried(),
                            due.message().properties(),
                            due.message().body())
                    .get();
            // the notice may wait in its queue for longer than the lease: it must not be run again meanwhile
            failures.sent(List.of(due));
        } catch (ExecutionException unknown) {
            LOG.debug("what came of it is not known, so it is run again failureId={}", due.id(), unknown);
        }
    }
}
