// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

/** What was asked for does not exist (HTTP 404). */
public non-sealed class NotFound extends HubException {

    public NotFound(String message) {
        super(message, null);
    }
}
