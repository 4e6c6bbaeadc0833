// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.routes.lint.PolicyNames;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.mock.env.MockEnvironment;

/** The linter knows the policies that there are. */
class PolicyNamesTest {

    @Test
    void thePoliciesOfEveryHubAreThoseOfTheFailureModule() {
        var policies = new RetryPolicies(properties());
        PolicyNames.BUILT_IN.forEach(
                name -> assertThatCode(() -> policies.check(name)).doesNotThrowAnyException());
        assertThatThrownBy(() -> policies.check("")).hasMessageContaining(sorted());
    }

    @Test
    void aDefaultPolicyThatIsNoneIsRefusedWithTheConfiguration() {
        try (var validation = Validation.buildDefaultValidatorFactory()) {
            for (var name : List.of("nope", "")) {
                assertThat(validation.getValidator().validate(properties("serai.failure.default-policy", name)))
                        .extracting(ConstraintViolation::getMessage)
                        .containsExactly(
                                "default-policy: expected none, fast, standard, patient or one under policies");
            }
            assertThat(validation
                            .getValidator()
                            .validate(properties(
                                    "serai.failure.default-policy", "nightly",
                                    "serai.failure.policies.nightly.delays", "8h")))
                    .isEmpty();
        }
    }

    private static FailureProperties properties(String... namesAndValues) {
        var environment = new MockEnvironment();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            environment.setProperty(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Binder.get(environment).bindOrCreate("serai.failure", FailureProperties.class);
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
