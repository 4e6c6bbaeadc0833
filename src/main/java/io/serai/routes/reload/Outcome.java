// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.Severity;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of changes.
 *
 * @param live paths whose new content runs now, or that are gone now
 * @param refused paths of which the last good content goes on
 * @param findings all, by place; those of refused files among them
 * @param started routes that were started, in the order of their start
 * @param mended those of the live that were refused before: changed now, or taken along since what they lacked is there
 * @param busy why nothing was changed although nothing is wrong, or null
 */
public record Outcome(
        Set<String> live,
        Set<String> refused,
        List<Finding> findings,
        List<String> started,
        Changes mended,
        @Nullable String busy) {

    Outcome(
            Set<String> live,
            Set<String> refused,
            List<Finding> findings,
            List<String> started,
            @Nullable String busy) {
        this(live, refused, findings, started, new Changes(Map.of()), busy);
    }

    public List<Finding> errors() {
        return findings.stream()
                .filter(each -> each.severity() == Severity.ERROR)
                .toList();
    }
}
