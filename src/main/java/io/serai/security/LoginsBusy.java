// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import org.springframework.security.core.AuthenticationException;

/** Too many passwords wait to be checked, or were wrong; nothing is said about the one at hand (HTTP 429). */
final class LoginsBusy extends AuthenticationException {

    LoginsBusy() {
        super("checking a password: too many wait or were wrong, try again later");
    }
}
