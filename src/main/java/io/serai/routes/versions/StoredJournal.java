// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.versions;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.reload.Changes;
import io.serai.routes.reload.Journal;
import io.serai.routes.reload.Outcome;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * Stores what became of files. Routes are edited also while the database is away: what cannot be stored then is stored when
 * it is back, the newest {@value #MAX_WAITING} of it.
 */
final class StoredJournal implements Journal {

    private static final Logger LOG = LoggerFactory.getLogger(StoredJournal.class);
    private static final int MAX_WAITING = 1_000;

    private record Entry(
            String path,
            Optional<RouteFile> file,
            Version.Result result,
            boolean isMended,
            List<Finding> findings,
            String author,
            String note) {}

    private final Versions versions;
    private final Hubs hubs;
    private final Supplier<Collection<RouteFile>> running;
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>();

    StoredJournal(Versions versions, Hubs hubs, Supplier<Collection<RouteFile>> running) {
        this.versions = versions;
        this.hubs = hubs;
        this.running = running;
    }

    @Override
    public Map<String, RouteFile> lastGood() {
        try {
            return versions.lastGood();
        } catch (DataAccessException away) {
            LOG.error(
                    "database is away: a route file that is bad now will not run, its last good content is not known");
            LOG.debug("reading last good route files", away);
            return Map.of();
        }
    }

    @Override
    public synchronized void applied(Changes changes, Outcome outcome, String author, String note) {
        changes.and(outcome.mended()).files().forEach((path, file) -> {
            var isTakenAlong = !changes.files().containsKey(path);
            var who = isTakenAlong ? FOLDER : author;
            var why = isTakenAlong ? "" : note;
            if (outcome.live().contains(path)) {
                var result = file.isPresent() ? Version.Result.LIVE : Version.Result.REMOVED;
                var isMended = outcome.mended().files().containsKey(path);
                waiting.add(new Entry(path, file, result, isMended, List.of(), who, why));
            } else if (outcome.refused().contains(path)) {
                waiting.add(new Entry(path, file, Version.Result.REFUSED, false, outcome.errors(), who, why));
            }
        });
        while (waiting.size() > MAX_WAITING) {
            waiting.removeFirst();
        }
        store();
    }

    /** Stores what waits, and says that this hub is there. */
    synchronized void store() {
        try {
            while (!waiting.isEmpty()) {
                var next = waiting.getFirst();
                var number = versions.add(
                        next.path(), next.file(), next.result(), next.findings(), next.author(), next.note());
                waiting.removeFirst();
                if (next.isMended()) {
                    LOG.info(
                            "route file {} is mended, version {} {}",
                            next.path(),
                            number,
                            next.file().isPresent() ? "runs" : "is its end");
                }
            }
            hubs.tell(running.get());
        } catch (DataAccessException away) {
            LOG.debug("storing versions of route files later", away);
        }
    }

    void withdraw() {
        try {
            hubs.withdraw();
        } catch (DataAccessException away) {
            LOG.debug("this hub goes without saying so", away);
        }
    }
}
