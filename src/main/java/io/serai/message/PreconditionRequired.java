// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

/** The request must name the version it changes (HTTP 428). */
public final class PreconditionRequired extends Invalid {

    public PreconditionRequired(String message) {
        super(message);
    }
}
