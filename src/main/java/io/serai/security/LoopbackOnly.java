// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses to start a hub without users that would listen to other machines.
 *
 * <p>An address that is not set means all interfaces, and so does not count as loopback. A host name counts by what it
 * resolves to at the start.
 */
final class LoopbackOnly {

    private static final Logger LOG = LoggerFactory.getLogger(LoopbackOnly.class);

    private final Accounts accounts;

    LoopbackOnly(Accounts accounts) {
        this.accounts = accounts;
    }

    /** @throws StartRefused when there are no users and the address is not a loopback one */
    void check(String key, @Nullable InetAddress address) {
        if (accounts.isEmpty() && (address == null || !address.isLoopbackAddress())) {
            throw new StartRefused(
                    "No users are configured (serai.security.users), but "
                            + (address == null
                                    ? key + " is not set, which means all network interfaces."
                                    : key + " is an address that other machines can reach.")
                            + " Everybody there could do everything.",
                    "Either configure serai.security.users (name, password as bcrypt hash, roles), or set " + key
                            + " to 127.0.0.1.");
        }
    }

    /** Says at the start who may do what. */
    void announce() {
        if (accounts.isEmpty()) {
            LOG.info("no users configured: listening on loopback only, every local process may do everything");
        } else {
            LOG.info("login required users={}", accounts.size());
        }
    }
}
