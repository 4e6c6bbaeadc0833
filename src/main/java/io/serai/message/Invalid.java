// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The message or request itself is wrong; sending it again cannot help (HTTP 422, never retried). */
public non-sealed class Invalid extends HubException {

    private final transient List<Field> fields;

    public Invalid(String message) {
        this(message, List.of(), null);
    }

    public Invalid(String message, @Nullable Throwable cause) {
        this(message, List.of(), cause);
    }

    public Invalid(String message, List<Field> fields, @Nullable Throwable cause) {
        super(message, cause);
        this.fields = List.copyOf(fields);
    }

    /** The parts that are wrong, in the order found; empty where the whole is. */
    public List<Field> fields() {
        return fields;
    }

    /**
     * One wrong part.
     *
     * @param name attribute, header or parameter name, or a JSON pointer into the body (RFC 6901)
     * @param detail what is wrong with it, without quoting it whole
     */
    public record Field(String name, String detail) {}
}
