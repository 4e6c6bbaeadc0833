// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.lint.Severity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The files that are to run, taken apart; never changed, a change makes another. */
final class State {

    static final State EMPTY = new State(Map.of(), Map.of());

    private final Map<String, RouteFile> files;
    private final Map<String, List<Unit>> units;
    private final Fingerprints prints;

    private State(Map<String, RouteFile> files, Map<String, List<Unit>> units) {
        this.files = files;
        this.units = units;
        this.prints = new Fingerprints(
                units.values().stream().flatMap(Collection::stream).toList());
    }

    /**
     * The state after changes, without those that cannot be read.
     *
     * @param report takes what is wrong with these
     */
    State with(Changes changes, Consumer<Finding> report) {
        var nextFiles = new TreeMap<>(files);
        var nextUnits = new HashMap<>(units);
        changes.files().forEach((path, file) -> {
            if (file.isEmpty()) {
                nextFiles.remove(path);
                nextUnits.remove(path);
                return;
            }
            try {
                nextUnits.put(path, Units.of(file.get()));
                nextFiles.put(path, file.get());
            } catch (Broken broken) {
                report.accept(broken.finding());
            }
        });
        return new State(nextFiles, nextUnits);
    }

    Map<String, RouteFile> files() {
        return files;
    }

    /** The hash of a file's content; empty where there is no such file. */
    String hashOf(String path) {
        var file = files.get(path);
        return file == null ? "" : Hash.of(file.content());
    }

    Fingerprints prints() {
        return prints;
    }

    List<Unit> all() {
        return units.values().stream().flatMap(Collection::stream).toList();
    }

    /** Names that two units bring, with the later of them: the one would replace the other. */
    List<Finding> duplicates() {
        var known = new LinkedHashMap<String, Unit>();
        var findings = new ArrayList<Finding>();
        files.keySet()
                .forEach(path -> units.getOrDefault(path, List.of()).forEach(unit -> {
                    if (unit.kind() == Kind.RESOURCE) {
                        return;
                    }
                    unit.provides().forEach(name -> {
                        var other = known.putIfAbsent(name, unit);
                        if (other != null) {
                            findings.add(new Finding(
                                    Severity.ERROR,
                                    unit.path(),
                                    unit.line(),
                                    1,
                                    "duplicate-name",
                                    "'" + name + "' is in " + other.path() + " too",
                                    "give one of them another name"));
                        }
                    });
                }));
        return findings;
    }
}
