// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.util.List;
import org.springframework.security.core.GrantedAuthority;

/**
 * A user who may log in.
 *
 * @param hash bcrypt, starting with {@code $2}
 * @param authorities of the user's roles and of those they include
 */
record Account(String name, String hash, List<GrantedAuthority> authorities) {

    /** Without the hash. */
    @Override
    public String toString() {
        return "Account[name=" + name + ", authorities=" + authorities + "]";
    }
}
