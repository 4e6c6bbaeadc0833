// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.routes.lint.PolicyNames;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.mock.env.MockEnvironment;

/** The linter knows the policies that there are. */
class PolicyNamesTest {

    @Test
    void thePoliciesOfEveryHubAreThoseOfTheFailureModule() {
        var policies = new RetryPolicies(
                Binder.get(new MockEnvironment()).bindOrCreate("serai.failure", FailureProperties.class));
        PolicyNames.BUILT_IN.forEach(
                name -> assertThatCode(() -> policies.check(name)).doesNotThrowAnyException());
        assertThatThrownBy(() -> policies.check("")).hasMessageContaining(sorted());
    }

    @Test
    void configuredPoliciesAreKnownBesideThem() {
        var environment = new MockEnvironment().withProperty("serai.failure.policies.nightly.delays", "8h");
        assertThat(PolicyNames.in(environment)).contains("nightly").containsAll(PolicyNames.BUILT_IN);
    }

    private static String sorted() {
        return new TreeSet<>(PolicyNames.BUILT_IN).toString();
    }
}
