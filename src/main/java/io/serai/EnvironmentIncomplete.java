// SPDX-License-Identifier: Apache-2.0
package io.serai;

import java.util.Set;
import java.util.TreeSet;

/** The hub does not start, since its configuration files name environment variables that are not set. */
final class EnvironmentIncomplete extends RuntimeException {

    private final transient Set<String> missing;

    EnvironmentIncomplete(Set<String> missing) {
        super("starting: environment variables are not set or empty: " + String.join(", ", missing));
        this.missing = new TreeSet<>(missing);
    }

    Set<String> missing() {
        return missing;
    }
}
