// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer that a request was given.
 *
 * @param headers those that the handler set, in its order
 * @param body null where it was too large to be kept
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares it, nor changes the bytes
record KeptAnswer(int status, Map<String, List<String>> headers, byte @Nullable [] body) {

    void writeTo(HttpServletResponse response) throws IOException {
        response.setStatus(status);
        headers.forEach((name, values) -> {
            response.setHeader(name, values.get(0));
            values.stream().skip(1).forEach(value -> response.addHeader(name, value));
        });
        if (body != null) {
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }
}
