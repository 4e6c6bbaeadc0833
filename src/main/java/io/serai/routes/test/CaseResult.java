// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import io.serai.message.SecretValues;
import java.time.Duration;
import java.util.List;

/**
 * What came of a case.
 *
 * @param file the test file, as in {@code users/greet-user.test.yaml}
 * @param problems what was not as expected, a sentence each; empty where it passed
 */
public record CaseResult(String file, String name, List<String> problems, Duration took) {

    public boolean passed() {
        return problems.isEmpty();
    }

    /** The same without secrets. */
    public CaseResult masked(SecretValues secrets) {
        return new CaseResult(file, name, problems.stream().map(secrets::mask).toList(), took);
    }
}
