// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A user as written down, not yet checked.
 *
 * @param place where, up to the name of a field: {@code serai.security.users[0].} or {@code users.yaml line 3: }
 */
record Candidate(String place, AccessProperties.User user) {

    private static final String USERS = "serai.security.users";

    /** Those of the configuration. */
    static List<Candidate> of(List<AccessProperties.User> users) {
        return IntStream.range(0, users.size())
                .mapToObj(i -> new Candidate(USERS + "[" + i + "].", users.get(i)))
                .toList();
    }
}
