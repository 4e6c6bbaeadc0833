// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

/** What was to be changed has changed since it was read (HTTP 412). */
public final class PreconditionFailed extends Conflict {

    public PreconditionFailed(String message) {
        super(message);
    }
}
