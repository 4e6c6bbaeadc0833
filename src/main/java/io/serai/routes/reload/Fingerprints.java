// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells which units have changed: a unit's fingerprint is its own content and that of all it refers to, so that what
 * depends on a changed template, bean, configuration or schema has changed too.
 *
 * <p>Who refers to whom is read from the names in the text. Seeing a reference where there is none costs a restart of a
 * route that need not be; overlooking one would leave it with what is no longer there.
 */
final class Fingerprints {

    private final Map<Unit, Set<Unit>> needs = new HashMap<>();
    private final Map<Unit, String> prints = new HashMap<>();

    Fingerprints(Collection<Unit> all) {
        var byName = new HashMap<String, List<Unit>>();
        for (var unit : all) {
            for (var name : unit.provides()) {
                byName.computeIfAbsent(name, none -> new ArrayList<>()).add(unit);
            }
        }
        var configurations =
                all.stream().filter(each -> each.kind() == Kind.CONFIGURATION).toList();
        var settings = all.stream().filter(each -> each.kind() == Kind.SETTING).toList();
        for (var unit : all) {
            needs.put(unit, needs(unit, byName, configurations, settings));
        }
    }

    /** Of the unit and all that it needs. */
    String of(Unit unit) {
        var known = prints.get(unit);
        if (known == null) {
            known = Hash.of(unit.canonical()
                    + needed(unit).stream()
                            .map(each -> each.id() + Hash.of(each.canonical()))
                            .sorted()
                            .collect(Collectors.joining()));
            prints.put(unit, known);
        }
        return known;
    }

    /** All that the unit needs to run, directly or not; not itself. */
    Set<Unit> needed(Unit unit) {
        var found = new LinkedHashSet<Unit>();
        var open = new ArrayList<>(needs.getOrDefault(unit, Set.of()));
        while (!open.isEmpty()) {
            var next = open.remove(open.size() - 1);
            if (!next.equals(unit) && found.add(next)) {
                open.addAll(needs.getOrDefault(next, Set.of()));
            }
        }
        return found;
    }

    private static Set<Unit> needs(
            Unit unit, Map<String, List<Unit>> byName, List<Unit> configurations, List<Unit> settings) {
        if (unit.kind() == Kind.RESOURCE || unit.kind() == Kind.SETTING) {
            return Set.of();
        }
        var needs = new HashSet<Unit>();
        byName.forEach((name, providers) -> {
            if (mentions(unit.canonical(), name)) {
                needs.addAll(providers);
            }
        });
        if (unit.kind().compareTo(Kind.TEMPLATE) >= 0) {
            var choosesConfiguration = mentions(unit.canonical(), "routeConfigurationId") || unit.kind() == Kind.JAVA;
            configurations.stream()
                    .filter(each -> Units.isGlobal(each) || choosesConfiguration)
                    .forEach(needs::add);
            needs.addAll(settings);
        }
        needs.remove(unit);
        return needs;
    }

    /** As a whole word, whatever stands around it. */
    static boolean mentions(String text, String name) {
        for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
            if (!isPart(text, at - 1) && !isPart(text, at + name.length())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isPart(String text, int at) {
        return at >= 0
                && at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "_-".indexOf(text.charAt(at)) >= 0);
    }
}
