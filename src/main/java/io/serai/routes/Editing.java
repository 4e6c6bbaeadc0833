// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** Refuses changes over HTTP where {@code serai.routes.editable} is false. */
final class Editing {

    private Editing() {}

    /** @throws ResponseStatusException 403, with the way that is left */
    static void check(RoutesProperties properties, String doing) {
        if (!properties.editable()) {
            throw new ResponseStatusException(
                    HttpStatus.FORBIDDEN,
                    doing + ": serai.routes.editable is false; change it where the folder comes from");
        }
    }
}
