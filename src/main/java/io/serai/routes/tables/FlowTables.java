// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.tables;

import io.serai.bus.DatabaseAway;
import io.serai.message.Unavailable;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.output.ValidateOutput;
import org.flywaydb.core.internal.sqlscript.FlywaySqlScriptException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Runs the migrations of flows, in the hub's database, with a Flyway history for each flow. Hubs that start together wait
 * for each other. Thread-safe.
 *
 * @see <a href="https://documentation.red-gate.com/flyway/flyway-concepts/migrations">Flyway: Migrations</a>
 */
public final class FlowTables {

    private final DataSource database;
    private final Map<String, Set<RouteFile>> done = new ConcurrentHashMap<>();

    public FlowTables(DataSource database) {
        this.database = database;
    }

    /** The paths that belong to flows whose tables could not be brought up to date. */
    public static Set<String> owned(Collection<Finding> failed, Collection<String> paths) {
        var folders = failed.stream()
                .map(Finding::file)
                .map(script -> script.substring(0, script.lastIndexOf("/db/") + 1))
                .toList();
        return paths.stream()
                .filter(path -> folders.stream().anyMatch(path::startsWith))
                .collect(Collectors.toSet());
    }

    /**
     * Finds scripts that would be refused, and runs none of them.
     *
     * @param files all files of the folder
     */
    public List<Finding> check(Collection<RouteFile> files) {
        var findings = new ArrayList<Finding>();
        var histories = new HashMap<String, Flow>();
        for (var flow : Flow.of(files)) {
            findings.addAll(flow.misnamed());
            var other = histories.putIfAbsent(flow.history(), flow);
            if (other != null) {
                findings.add(Flow.error(
                        flow.scripts().get(0).path(),
                        1,
                        "the folders " + other.folder() + " and " + flow.folder()
                                + " differ in no letter or digit, and would share a history of migrations",
                        "rename one of them"));
            }
        }
        return findings;
    }

    /**
     * Runs the scripts that have not run yet.
     *
     * @param files all files of the folder
     * @return one error for each flow that is not up to date now; on PostgreSQL nothing is left of a script that failed, on H2
     *     the statements before the one that failed are
     * @throws Unavailable where the database cannot be reached
     */
    public List<Finding> migrate(Collection<RouteFile> files) {
        var misnamed = check(files);
        var findings = new ArrayList<>(misnamed);
        for (var flow : Flow.of(files)) {
            var scripts = Set.copyOf(flow.scripts());
            if (!scripts.equals(done.get(flow.folder()))
                    && misnamed.stream().map(Finding::file).noneMatch(flow::owns)) {
                var wrong = migrate(flow);
                findings.addAll(wrong);
                if (wrong.isEmpty()) {
                    done.put(flow.folder(), scripts);
                }
            }
        }
        return findings;
    }

    private List<Finding> migrate(Flow flow) {
        try {
            var flyway = flyway(flow);
            forgetFailed(flow, flyway);
            var invalid = flyway.validateWithResult().invalidMigrations;
            if (!invalid.isEmpty()) {
                return List.of(invalid(flow, invalid.get(0)));
            }
            flyway.migrate();
            return List.of();
        } catch (FlywayException failed) {
            if (causes(failed).anyMatch(cause -> cause instanceof SQLException refused && DatabaseAway.says(refused))) {
                throw new Unavailable("migrating the tables of " + flow.folder() + ": the database is away", failed);
            }
            return List.of(failed(flow, failed));
        }
    }

    private Flyway flyway(Flow flow) {
        return Flyway.configure()
                .dataSource(database)
                .table(flow.history())
                // the hub's own tables are there already
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .ignoreMigrationPatterns("*:pending", "*:future")
                .placeholderReplacement(false)
                .resourceProvider(new Scripts(flow.scripts()))
                .load();
    }

    /** A script that failed on H2 is tried again once it is changed, as on PostgreSQL, which keeps no note of it. */
    private void forgetFailed(Flow flow, Flyway flyway) {
        if (Stream.of(flyway.info().all()).anyMatch(script -> script.getState() == MigrationState.FAILED)) {
            new JdbcTemplate(database).update("DELETE FROM \"" + flow.history() + "\" WHERE \"success\" = FALSE");
        }
    }

    private static Finding invalid(Flow flow, ValidateOutput script) {
        var name = Objects.requireNonNullElse(script.filepath, "");
        var path = flow.script(name).path();
        return switch (script.errorDetails.errorCode.toString()) {
            case "CHECKSUM_MISMATCH" ->
                Flow.error(
                        path,
                        1,
                        "this script has run already and was changed since",
                        "put it back, and add another script");
            case "RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED" ->
                Flow.error(
                        path,
                        1,
                        "version " + script.version + " is lower than one that has run already",
                        "give it the next version");
            case "APPLIED_VERSIONED_MIGRATION_NOT_RESOLVED" ->
                Flow.error(
                        path,
                        1,
                        "version " + script.version + " has run and its script is gone",
                        "put it back; a later script may undo it");
            default -> Flow.error(path, 1, script.errorDetails.errorMessage, "see the documentation of Flyway");
        };
    }

    private static Finding failed(Flow flow, FlywayException failed) {
        for (var cause : causes(failed).toList()) {
            if (cause instanceof FlywaySqlScriptException script) {
                return Flow.error(
                        script.getResource().getRelativePath(),
                        Math.max(1, script.getLineNumber()),
                        "the database refuses this statement: "
                                + Objects.requireNonNullElse(script.getCause(), script)
                                        .getMessage(),
                        "correct it, and save it again");
            }
        }
        return Flow.error(
                flow.scripts().get(0).path(),
                1,
                String.valueOf(failed.getMessage()),
                "see the documentation of Flyway");
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause);
    }
}
