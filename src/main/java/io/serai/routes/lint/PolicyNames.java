// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/** The retry policies that a configuration has, by name. */
public final class PolicyNames {

    /** Those of every hub; the same as the failure module's, which a test compares. */
    public static final Set<String> BUILT_IN = Set.of("none", "fast", "standard", "patient");

    private PolicyNames() {}

    /** The built-in ones and those under {@code serai.failure.policies}. */
    public static Set<String> in(Environment environment) {
        var names = new TreeSet<>(BUILT_IN);
        names.addAll(Binder.get(environment)
                .bind("serai.failure.policies", Bindable.mapOf(String.class, Object.class))
                .orElse(Map.of())
                .keySet());
        return names;
    }
}
