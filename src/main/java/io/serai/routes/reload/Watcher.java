// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.RouteFile;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees what is written to the folder, and applies it when two looks in a row see the same, so that a file is whole and
 * what is written together is applied together. Called by one thread, again and again.
 */
final class Watcher implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

    private final RouteFolder folder;
    private final Reloader reloader;
    private final BiConsumer<Changes, Outcome> told;
    private Map<String, RouteFolder.Look> looked = Map.of();
    private Map<String, RouteFolder.Look> dealtWith = Map.of();

    Watcher(RouteFolder folder, Reloader reloader, BiConsumer<Changes, Outcome> told) {
        this.folder = folder;
        this.reloader = reloader;
        this.told = told;
    }

    @Override
    public void run() {
        try {
            var now = folder.look();
            var stable = now.equals(looked);
            looked = now;
            if (stable && !now.equals(dealtWith)) {
                apply(now);
            } else if (stable) {
                reloader.restore();
            }
        } catch (IOException | RuntimeException failed) {
            LOG.warn("looking at the routes folder failed, trying again: {}", failed.toString());
            LOG.debug("looking at the routes folder failed", failed);
        }
    }

    private void apply(Map<String, RouteFolder.Look> now) throws IOException {
        reloader.exclusively(() -> applyAlone(now));
    }

    private boolean applyAlone(Map<String, RouteFolder.Look> now) throws IOException {
        var changes = changes(now);
        if (!folder.look().equals(now)) {
            // written to while it was read
            return false;
        }
        if (!changes.isEmpty()) {
            var outcome = reloader.apply(changes);
            told.accept(changes, outcome);
            if (outcome.busy() != null) {
                return false;
            }
        }
        dealtWith = now;
        tryAgain(changes);
        return true;
    }

    /** What was refused may be good now: the id it wanted is free, the bean it needs is there. */
    private void tryAgain(Changes tried) {
        var refused = new TreeMap<String, Optional<RouteFile>>();
        reloader.refused().forEach((path, each) -> refused.put(path, each.file()));
        var rest = new Changes(refused).without(tried.files().keySet());
        if (!rest.isEmpty()) {
            var outcome = reloader.apply(rest);
            if (!outcome.live().isEmpty()) {
                // what is refused still has been told before
                told.accept(rest, new Outcome(outcome.live(), Set.of(), List.of(), outcome.started(), null));
            }
        }
    }

    /** What is on the disk and neither runs nor was refused. */
    private Changes changes(Map<String, RouteFolder.Look> now) throws IOException {
        var changed = new TreeMap<String, Optional<RouteFile>>();
        var running = reloader.files();
        var refused = reloader.refused();
        var paths = new HashSet<>(now.keySet());
        paths.addAll(running.keySet());
        paths.addAll(refused.keySet());
        for (var path : paths) {
            var file = now.containsKey(path) ? folder.read(path) : Optional.<RouteFile>empty();
            var known = refused.containsKey(path) ? refused.get(path).file() : Optional.ofNullable(running.get(path));
            if (!file.equals(known)) {
                changed.put(path, file);
            }
        }
        return new Changes(changed);
    }
}
