// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

/** Knows the retry policies by name; the bus only carries the name to where failures are kept. */
public interface RetryNames {

    /**
     * Refuses what is no policy.
     *
     * @throws io.serai.message.Invalid where there is no policy of that name, with those there are
     */
    void check(String name);
}
