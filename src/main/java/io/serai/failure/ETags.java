// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.PreconditionFailed;
import io.serai.message.PreconditionRequired;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Names the state of what the API shows, so that a person changes what he or she has seen (optimistic lock).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1">RFC 9110, section 13.1.1</a>
 */
final class ETags {

    private static final int LENGTH = 16;

    private final ObjectMapper json;

    ETags(ObjectMapper json) {
        this.json = json;
    }

    /** The same for the same representation. */
    String of(Object shown) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(json.writeValueAsBytes(shown));
            return '"' + HexFormat.of().formatHex(digest, 0, LENGTH) + '"';
        } catch (JsonProcessingException | NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("naming a version", impossible);
        }
    }

    /**
     * Judges a header {@code If-Match}; a weak tag never matches, {@code *} always does.
     *
     * @throws PreconditionRequired where there is none
     * @throws PreconditionFailed where it names another version
     */
    static void check(@Nullable String ifMatch, String etag) {
        if (ifMatch == null || ifMatch.isBlank()) {
            throw new PreconditionRequired("changing it: send the ETag it was read with as If-Match");
        }
        if (!names(ifMatch, etag)) {
            throw new PreconditionFailed("changing it: it has changed since it was read, read it again");
        }
    }

    private static boolean names(String ifMatch, String etag) {
        var headers = new HttpHeaders();
        headers.set(HttpHeaders.IF_MATCH, ifMatch);
        try {
            var tags = headers.getIfMatch();
            return tags.contains("*") || tags.contains(etag);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
