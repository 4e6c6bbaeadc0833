// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.dynamic;

import io.serai.message.Invalid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.ExpressionAdapter;
import org.apache.camel.support.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * Endpoint URIs that a message or a program decides about: they are taken as they are where the route names them in the
 * exchange property {@value #PROPERTY}, and refused otherwise.
 */
final class ListedUri extends ExpressionAdapter {

    /** URIs separated by commas; a {@code *} at the end stands for letters, digits and any of {@code -._~/}. */
    static final String PROPERTY = "allowedUris";

    private static final Pattern REST = Pattern.compile("[\\p{L}\\p{N}._~/-]*");

    private final Expression whole;
    private final @Nullable String delimiter;

    /** @param delimiter between URIs; null where there is one */
    ListedUri(Expression whole, @Nullable String delimiter) {
        this.whole = whole;
        this.delimiter = delimiter;
    }

    @Override
    public @Nullable Object evaluate(Exchange exchange) {
        var value = whole.evaluate(exchange, Object.class);
        if (value == null) {
            return null;
        }
        if (delimiter == null) {
            return allowed(value, exchange);
        }
        var uris = new ArrayList<String>();
        ObjectHelper.createIterator(value, delimiter).forEachRemaining(each -> uris.add(allowed(each, exchange)));
        return uris;
    }

    private static String allowed(Object value, Exchange exchange) {
        var uri = (value instanceof Endpoint endpoint ? endpoint.getEndpointUri() : String.valueOf(value)).strip();
        if (patterns(exchange).stream().noneMatch(pattern -> matches(pattern, uri))) {
            throw new Invalid("sending in route '" + ExchangeHelper.getRouteId(exchange)
                    + "': the message decides about a whole URI, and"
                    + " the route does not name it; write the scheme into the step, as in 'direct:x-${header.kind}', or"
                    + " name the URIs in a step before it: setProperty " + PROPERTY
                    + " to a constant such as 'direct:a,direct:b-*'");
        }
        return uri;
    }

    private static List<String> patterns(Exchange exchange) {
        var named = exchange.getProperty(PROPERTY, "", String.class);
        return Arrays.stream(named.split(",")).map(String::strip).toList();
    }

    private static boolean matches(String pattern, String uri) {
        if (!pattern.endsWith("*")) {
            return pattern.equals(uri);
        }
        var start = pattern.substring(0, pattern.length() - 1);
        // whole URIs never stand for anything: the scheme at least is named
        if (!start.contains(":") || !uri.startsWith(start)) {
            return false;
        }
        var rest = uri.substring(start.length());
        return REST.matcher(rest).matches() && !rest.contains("..");
    }

    @Override
    public String toString() {
        return whole.toString();
    }
}
