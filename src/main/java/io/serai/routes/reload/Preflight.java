// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.Finding;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries units in a Camel context of their own before they replace those that run: unknown components and options, beans,
 * properties, expressions, retry policies and configurations are found so, and ids that are taken. What only a start can tell, say that a port is taken, is
 * not.
 *
 * <p>Runs the {@code configure()} of Java routes and makes the beans that files declare.
 */
final class Preflight {

    private static final Logger LOG = LoggerFactory.getLogger(Preflight.class);

    private final Scratch scratch;
    private final Path directory;
    private final JavaLoader.Compiled compiled;
    private final Clock clock;

    Preflight(Scratch scratch, Path directory, JavaLoader.Compiled compiled, Clock clock) {
        this.scratch = scratch;
        this.directory = directory;
        this.compiled = compiled;
        this.clock = clock;
    }

    /**
     * Tries units of a state together with all that they need.
     *
     * @return what is wrong, one finding for each unit that could not be made; empty where all could
     */
    List<Finding> check(Collection<Unit> tried, State state) {
        var findings = new ArrayList<Finding>();
        var failed = new HashSet<Unit>();
        // one bad unit hides no other: it is left out, and the rest tried again
        while (true) {
            var broken =
                    first(tried.stream().filter(unit -> !failed.contains(unit)).toList(), state, failed);
            if (broken == null) {
                return findings;
            }
            findings.add(broken.finding);
            if (!failed.add(broken.unit)) {
                return findings;
            }
        }
    }

    private record Wrong(Unit unit, Finding finding) {}

    private @Nullable Wrong first(Collection<Unit> tried, State state, Set<Unit> failed) {
        var prints = state.prints();
        var units = new LinkedHashSet<>(tried);
        tried.forEach(unit -> units.addAll(prints.needed(unit)));
        units.removeAll(failed);
        var context = scratch.context(state);
        try {
            var installer = new Installer(context, new Loader(context, directory, compiled), clock);
            var made = new ArrayList<Installed>();
            for (var unit :
                    units.stream().sorted(Comparator.comparing(Unit::kind)).toList()) {
                try {
                    made.add(installer.add(unit, prints.needed(unit), "", ""));
                } catch (Broken broken) {
                    return new Wrong(unit, broken.finding());
                }
            }
            return start(context, made);
        } finally {
            stop(context);
        }
    }

    /** Makes the processors and endpoints of all routes. */
    private static @Nullable Wrong start(DefaultCamelContext context, List<Installed> made) {
        try {
            context.start();
            return null;
        } catch (Exception | LinkageError refused) {
            var unit = Culprit.of(context, refused, made);
            return new Wrong(unit, Place.of(unit, refused).finding());
        }
    }

    private static void stop(DefaultCamelContext context) {
        try {
            context.stop();
        } catch (RuntimeException stays) {
            LOG.debug("stopping preflight failed", stays);
        }
    }
}
