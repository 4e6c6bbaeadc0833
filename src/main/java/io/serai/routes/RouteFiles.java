// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.message.NotFound;
import io.serai.message.PreconditionFailed;
import io.serai.message.PreconditionRequired;
import io.serai.message.Unavailable;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.lint.Severity;
import io.serai.routes.reload.Changes;
import io.serai.routes.reload.Hash;
import io.serai.routes.reload.Journal;
import io.serai.routes.reload.Outcome;
import io.serai.routes.reload.Reloader;
import io.serai.routes.reload.RouteFolder;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Changes route files for people: what is put is checked, written and live when the call returns, or nothing has changed.
 *
 * <p>The folder is the truth. It is this hub's: where several hubs do not share one, each must be given the file.
 */
final class RouteFiles {

    /**
     * What a change is meant for.
     *
     * @param match ETags of which the current content must have one, {@code *} for any; null where not given
     * @param absent whether there must be no such file
     */
    record Condition(@Nullable List<String> match, boolean absent) {}

    /** Who changes something, and why. */
    record Edit(String author, String note) {}

    /** The change was refused for what is wrong with it. */
    static final class Bad extends Exception {

        private final transient List<Finding> findings;

        Bad(List<Finding> findings) {
            super("the file has errors");
            this.findings = findings;
        }

        List<Finding> findings() {
            return findings;
        }
    }

    private final RouteFolder folder;
    private final Reloader reloader;
    private final Journal journal;

    RouteFiles(RouteFolder folder, Reloader reloader, Journal journal) {
        this.folder = folder;
        this.reloader = reloader;
        this.journal = journal;
    }

    /** @throws NotFound where there is no such file */
    RouteFile read(String path) throws IOException {
        return folder.read(path).orElseThrow(() -> new NotFound("finding route file " + path + ": there is none"));
    }

    /** What would be wrong with it. */
    List<Finding> validate(RouteFile file) {
        return reloader.check(Changes.of(file));
    }

    /**
     * Writes the file and replaces its routes.
     *
     * @return true where the file is new
     * @throws Bad where it is wrong; the file on the disk is what it was
     * @throws Unavailable where routes are busy for too long; likewise
     */
    boolean put(RouteFile file, Condition condition, Edit edit) throws IOException, Bad {
        return !change(Changes.of(file), Map.of(file.path(), condition), edit).contains(file.path());
    }

    /**
     * Removes the file and its routes.
     *
     * @throws Bad where other files need it
     */
    void delete(String path, Condition condition, Edit edit) throws IOException, Bad {
        change(Changes.removal(path), Map.of(path, condition), edit);
    }

    /**
     * Writes and removes files as one change: all of it is live when this returns, or nothing has changed.
     *
     * @param conditions one for each path
     * @return the paths that were there before
     * @throws NotFound where a file that is to be removed is not there
     * @throws Bad where one is wrong, or others need one that is removed
     * @throws Unavailable where routes are busy for too long
     */
    Set<String> change(Changes changes, Map<String, Condition> conditions, Edit edit) throws IOException, Bad {
        return reloader.exclusively(() -> {
            var before = before(changes, conditions);
            if (changes.files().values().stream().anyMatch(Optional::isPresent)) {
                var findings = reloader.check(changes);
                if (hasErrors(findings)) {
                    throw new Bad(findings);
                }
            }
            try {
                write(changes);
            } catch (IOException failed) {
                write(before);
                throw failed;
            }
            apply(changes, before, edit);
            var there = new TreeSet<>(before.files().keySet());
            there.removeIf(before::isRemoval);
            return there;
        });
    }

    /** What puts back what is there now. */
    private Changes before(Changes changes, Map<String, Condition> conditions) throws IOException {
        var before = new TreeMap<String, Optional<RouteFile>>();
        for (var path : changes.files().keySet()) {
            var current = changes.isRemoval(path) ? Optional.of(read(path)) : folder.read(path);
            check(path, current, Objects.requireNonNull(conditions.get(path)));
            before.put(path, current);
        }
        return new Changes(before);
    }

    private void apply(Changes changes, Changes before, Edit edit) throws IOException, Bad {
        Outcome outcome;
        try {
            outcome = reloader.apply(changes);
        } catch (RuntimeException failed) {
            write(before);
            throw failed;
        }
        if (!outcome.refused().isEmpty() || outcome.busy() != null) {
            write(before);
            reloader.apply(before);
        }
        if (outcome.busy() != null) {
            throw new Unavailable(
                    "changing " + String.join(", ", changes.files().keySet()) + ": " + outcome.busy());
        }
        if (!outcome.refused().isEmpty()) {
            throw new Bad(outcome.findings());
        }
        journal.applied(changes, outcome, edit.author(), edit.note());
    }

    private void write(Changes changes) throws IOException {
        for (var change : changes.files().entrySet()) {
            if (change.getValue().isPresent()) {
                folder.write(change.getValue().get());
            } else {
                folder.delete(change.getKey());
            }
        }
    }

    static boolean hasErrors(List<Finding> findings) {
        return findings.stream().anyMatch(each -> each.severity() == Severity.ERROR);
    }

    private static void check(String path, Optional<RouteFile> current, Condition condition) {
        if (condition.absent()) {
            if (current.isPresent()) {
                throw new PreconditionFailed(
                        "writing " + path + ": it is there already; read it, and send its ETag in If-Match");
            }
            return;
        }
        if (condition.match() == null) {
            throw new PreconditionRequired("changing " + path
                    + ": send If-Match with the ETag of the content you have read, or If-None-Match: * for a new file");
        }
        var etag = current.map(file -> "\"" + Hash.of(file.content()) + "\"");
        if (current.isEmpty()
                || !(condition.match().contains("*") || condition.match().contains(etag.get()))) {
            throw new PreconditionFailed("changing " + path + ": it has changed since it was read; read it again");
        }
    }
}
