// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.Report.Place;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.util.StringHelper;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that a route reads from or sends to, as it is written.
 *
 * @param role which way messages go
 * @param uri without options, such as {@code file:in} or {@code timer}
 * @param isDynamic whether expressions in it are evaluated for each message ({@code toD})
 * @param options by name, those of the URI and those under {@code parameters:}
 */
record EndpointUse(Role role, String uri, Place place, boolean isDynamic, Map<String, Option> options) {

    enum Role {
        CONSUMER,
        PRODUCER
    }

    /**
     * One option.
     *
     * @param isInline whether it stands in the URI
     */
    record Option(String value, Place place, boolean isInline) {

        /** Whether the value is known only when the hub runs: a placeholder, an expression or a bean. */
        boolean isOpen() {
            return CamelSchema.isPlaceholder(value) || value.startsWith("#");
        }
    }

    /** Takes a URI apart; {@code column} is that of its first character where it stands on one line, else 0. */
    static EndpointUse of(Role role, String written, Place place, int column, boolean isDynamic) {
        var options = new LinkedHashMap<String, Option>();
        var query = written.indexOf('?');
        if (query >= 0) {
            for (int at = query + 1, end; at <= written.length(); at = end + 1) {
                end = endOfOption(written, at);
                var pair = written.substring(at, end);
                var equals = pair.indexOf('=');
                var where = column == 0 ? place : new Place(place.line(), column + at);
                var name = (equals < 0 ? pair : pair.substring(0, equals)).strip();
                if (!name.isEmpty()) {
                    options.put(name, new Option(equals < 0 ? "" : pair.substring(equals + 1), where, true));
                }
            }
        }
        return new EndpointUse(
                role, (query < 0 ? written : written.substring(0, query)).strip(), place, isDynamic, options);
    }

    /** Where the next {@code &} stands, or the end; what {@code RAW(…)} holds is the value as it is. */
    private static int endOfOption(String written, int from) {
        var next = written.indexOf('&', from);
        var raw = written.indexOf("=RAW(", from);
        if (raw >= 0 && (next < 0 || raw < next)) {
            var close = written.indexOf(')', raw);
            next = close < 0 ? -1 : written.indexOf('&', close);
        }
        return next < 0 ? written.length() : next;
    }

    String scheme() {
        var name = StringHelper.before(uri, ":", uri);
        // http://host and https://host are of one component each; a+b: are not used by routes
        return name.strip();
    }

    /** What stands behind the scheme; empty where the URI is the scheme alone. */
    String path() {
        return StringHelper.after(uri, ":", "").replaceFirst("^//", "");
    }

    boolean isOf(String scheme) {
        return scheme().equals(scheme);
    }

    boolean isConsumer() {
        return role == Role.CONSUMER;
    }

    @Nullable
    Option option(String name) {
        return options.get(name);
    }

    /** The option's value where it is written out; null where there is none or it is known at run time only. */
    @Nullable
    String literal(String name) {
        var option = options.get(name);
        return option == null || option.isOpen() ? null : option.value();
    }

    boolean isSet(String name) {
        return "true".equalsIgnoreCase(literal(name));
    }

    Place placeOf(String name) {
        var option = options.get(name);
        return option == null ? place : option.place();
    }
}
