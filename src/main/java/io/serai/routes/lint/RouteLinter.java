// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Reads route files as they would be after a change, and says what is wrong with them. Nothing of them is run.
 *
 * <p>Thread-safe. Needs neither a Camel context, nor a broker, nor a database.
 */
@SuppressWarnings("UnusedVariable") // the rules that ask them follow
public final class RouteLinter {

    private final Set<String> retryPolicies;
    private final Function<String, Optional<Boolean>> orderedAsRecorded;

    /**
     * @param retryPolicies names that {@code retry=} may have
     * @param orderedAsRecorded whether the subscription of this name was made with {@code ordered=true}, which cannot be
     *     changed; empty where there is none of this name, or it is not known
     */
    public RouteLinter(Set<String> retryPolicies, Function<String, Optional<Boolean>> orderedAsRecorded) {
        this.retryPolicies = Set.copyOf(retryPolicies);
        this.orderedAsRecorded = orderedAsRecorded;
    }

    /**
     * Finds what is wrong with files that are about to change.
     *
     * @param changed files that are new or have new content; findings are reported in these, and in others only where the
     *     change made them
     * @param all every file of the routes folder as it would be after the change, those changed among them
     * @return by file and place; empty where nothing is wrong
     */
    public List<Finding> lint(Collection<RouteFile> changed, Collection<RouteFile> all) {
        var findings = new ArrayList<Finding>();
        for (var file : changed) {
            if (file.isYaml()) {
                YamlFile.read(file, findings::add);
            }
        }
        findings.sort(Finding.BY_PLACE);
        return List.copyOf(findings);
    }
}
