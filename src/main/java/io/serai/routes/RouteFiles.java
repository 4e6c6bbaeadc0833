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
import java.util.Optional;
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
        return reloader.exclusively(() -> {
            var before = folder.read(file.path());
            check(file.path(), before, condition);
            var findings = reloader.check(Changes.of(file));
            if (hasErrors(findings)) {
                throw new Bad(findings);
            }
            folder.write(file);
            apply(Changes.of(file), file.path(), before, edit);
            return before.isEmpty();
        });
    }

    /**
     * Removes the file and its routes.
     *
     * @throws Bad where other files need it
     */
    void delete(String path, Condition condition, Edit edit) throws IOException, Bad {
        reloader.exclusively(() -> {
            var before = Optional.of(read(path));
            check(path, before, condition);
            folder.delete(path);
            apply(Changes.removal(path), path, before, edit);
            return true;
        });
    }

    private void apply(Changes changes, String path, Optional<RouteFile> before, Edit edit) throws IOException, Bad {
        Outcome outcome;
        try {
            outcome = reloader.apply(changes);
        } catch (RuntimeException failed) {
            putBack(path, before);
            throw failed;
        }
        if (!outcome.refused().isEmpty() || outcome.busy() != null) {
            putBack(path, before);
            reloader.apply(before.map(Changes::of).orElseGet(() -> Changes.removal(path)));
        }
        if (outcome.busy() != null) {
            throw new Unavailable("changing " + path + ": " + outcome.busy());
        }
        if (!outcome.refused().isEmpty()) {
            throw new Bad(outcome.findings());
        }
        journal.applied(changes, outcome, edit.author(), edit.note());
    }

    private void putBack(String path, Optional<RouteFile> before) throws IOException {
        if (before.isPresent()) {
            folder.write(before.get());
        } else {
            folder.delete(path);
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
