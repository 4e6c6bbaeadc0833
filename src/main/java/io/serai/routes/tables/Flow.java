// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.tables;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.lint.Severity;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A folder of routes that brings tables: {@code orders} has them in {@code orders/db/V1__orders.sql},
 * {@code orders/db/V2__index.sql} and so on, named as Flyway names migrations.
 *
 * @param folder path below the routes folder, separated by {@code /}
 * @param scripts its migrations, at least one
 */
record Flow(String folder, List<RouteFile> scripts) {

    private static final String SCRIPTS = "/db/";
    private static final Pattern NAME = Pattern.compile("(V\\d+(_\\d+)*|R)__\\w+\\.sql");

    /** PostgreSQL cuts longer names. */
    private static final int MAX_IDENTIFIER = 63;

    /** The flows among files, by folder. */
    static List<Flow> of(Collection<RouteFile> files) {
        var scripts = files.stream()
                .filter(file -> isScript(file.path()))
                .collect(Collectors.groupingBy(file -> folder(file.path()), TreeMap::new, Collectors.toList()));
        return scripts.entrySet().stream()
                .map(flow -> new Flow(flow.getKey(), flow.getValue()))
                .toList();
    }

    private static boolean isScript(String path) {
        var at = path.lastIndexOf(SCRIPTS);
        return at > 0 && path.endsWith(".sql") && path.indexOf('/', at + SCRIPTS.length()) < 0;
    }

    private static String folder(String script) {
        return script.substring(0, script.lastIndexOf(SCRIPTS));
    }

    /** The table in which Flyway notes which of the scripts have run. */
    String history() {
        return "flow_" + folder.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "_");
    }

    boolean owns(String path) {
        return path.startsWith(folder + "/");
    }

    RouteFile script(String path) {
        return scripts.stream()
                .filter(script -> script.path().equals(path))
                .findFirst()
                .orElse(scripts.get(0));
    }

    /** Names that Flyway would not read. */
    List<Finding> misnamed() {
        var findings = new ArrayList<Finding>();
        for (var script : scripts) {
            var name = script.path().substring(script.path().lastIndexOf('/') + 1);
            if (!NAME.matcher(name).matches()) {
                findings.add(error(
                        script.path(),
                        1,
                        "'" + name + "' is not the name of a migration",
                        "as V2__index_of_lines.sql"));
            }
        }
        if (history().length() > MAX_IDENTIFIER) {
            findings.add(error(
                    scripts.get(0).path(),
                    1,
                    "the path of the flow's folder is too long",
                    "use at most 58 characters"));
        }
        return findings;
    }

    static Finding error(String path, int line, String message, String hint) {
        return new Finding(Severity.ERROR, path, line, 1, "migration", message, hint);
    }
}
