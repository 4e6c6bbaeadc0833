// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.util.function.Supplier;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;

/** Who has logged in; no longer authenticated once the user is removed, or has another password or other roles. */
@SuppressWarnings("serial") // never written: there are no sessions
final class Login extends UsernamePasswordAuthenticationToken {

    private final transient Account account;
    private final transient Supplier<Accounts> users;

    Login(Account account, Supplier<Accounts> users) {
        super(account.name(), null, account.authorities());
        this.account = account;
        this.users = users;
    }

    @Override
    public boolean isAuthenticated() {
        return super.isAuthenticated() && users.get().hold(account);
    }

    /** As the same user. */
    @Override
    public boolean equals(Object other) {
        return super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
