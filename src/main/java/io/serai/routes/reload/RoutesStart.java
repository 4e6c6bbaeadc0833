// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.message.Printable;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import java.io.IOException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the routes of the folder with the hub. In place of a file that cannot run, the content that ran last: a hub that
 * starts again after a bad edit does what it did before.
 */
final class RoutesStart {

    private static final Logger LOG = LoggerFactory.getLogger(RoutesStart.class);

    private final RouteFolder folder;
    private final Reloader reloader;
    private final Journal journal;
    private final Progress progress;

    RoutesStart(RouteFolder folder, Reloader reloader, Journal journal, Progress progress) {
        this.folder = folder;
        this.reloader = reloader;
        this.journal = journal;
        this.progress = progress;
    }

    Watcher watcher() {
        return new Watcher(folder, reloader, this::tell);
    }

    void run() throws IOException {
        var files = new TreeMap<String, Optional<RouteFile>>();
        for (var path : folder.look().keySet()) {
            folder.read(path).ifPresent(file -> files.put(path, Optional.of(file)));
        }
        var changes = new Changes(files);
        var outcome = reloader.start(changes, journal.lastGood());
        journal.applied(changes, outcome, Journal.FOLDER, "");
        for (var path : outcome.refused()) {
            LOG.error(
                    "route file {} is bad and does not run: {}; {}. Correct it, it goes live when it is saved",
                    path,
                    outcome.errors().stream()
                            .filter(each -> each.file().equals(path))
                            .findFirst()
                            .map(RoutesStart::text)
                            .orElse("another file needs it"),
                    reloader.files().containsKey(path)
                            ? "what ran last runs in its place"
                            : "there is no older one that runs");
        }
        LOG.info(
                "{} routes of {} files run",
                outcome.started().size(),
                outcome.live().size());
        progress.started();
    }

    private void tell(Changes changes, Outcome outcome) {
        journal.applied(changes, outcome, Journal.FOLDER, "");
        if (outcome.busy() != null) {
            LOG.warn("route files {} wait: {}", changes.files().keySet(), outcome.busy());
        }
        var gone = new TreeSet<>(outcome.live());
        gone.removeIf(path -> !changes.isRemoval(path));
        var live = new TreeSet<>(outcome.live());
        live.removeAll(gone);
        if (!live.isEmpty()) {
            LOG.info("route files {} are live, started {}", live, outcome.started());
        }
        if (!gone.isEmpty()) {
            LOG.info("route files {} are gone, and what they ran", gone);
        }
        for (var path : outcome.refused()) {
            LOG.error(
                    "route file {} is refused, what ran before runs on: {}",
                    path,
                    outcome.errors().stream()
                            .filter(each -> each.file().equals(path))
                            .findFirst()
                            .or(() -> outcome.errors().stream().findFirst())
                            .map(RoutesStart::text)
                            .orElse("another file is bad"));
        }
    }

    /** For a log line: what files hold is not to be trusted. */
    private static String text(Finding finding) {
        return Printable.of(finding.file() + ":" + finding.line() + ": " + finding.message());
    }
}
