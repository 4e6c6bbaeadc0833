// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.apache.camel.support.ObjectHelper;
import org.jspecify.annotations.Nullable;

/**
 * The headers that a caller or a partner gave to an exchange, with their values, so that a header of the route's own is
 * told from one that only passes by. Kept as an exchange property; thread-safe, since branches share it.
 */
final class OutsideHeaders {

    private static final String PROPERTY = "SeraiOutsideHeaders";

    private record Header(String name, Object value) {}

    private final Set<Header> headers = ConcurrentHashMap.newKeySet();

    private OutsideHeaders() {}

    /** @param value a list is taken as its items */
    static void add(Exchange exchange, String name, @Nullable Object value) {
        var outside = find(exchange);
        if (outside == null) {
            outside = new OutsideHeaders();
            exchange.setProperty(PROPERTY, outside);
        }
        var key = name.toLowerCase(Locale.ROOT);
        for (var items = ObjectHelper.createIterator(value, null, true); items.hasNext(); ) {
            var item = items.next();
            if (item != null) {
                outside.headers.add(new Header(key, item.toString()));
            }
        }
    }

    static boolean contain(Exchange exchange, String name, Object value) {
        var outside = find(exchange);
        return outside != null && outside.headers.contains(new Header(name.toLowerCase(Locale.ROOT), value.toString()));
    }

    /** The route sets the header itself, perhaps to the value that it had; branches of the same exchange do not see that. */
    static void forget(Exchange exchange, String name) {
        var outside = find(exchange);
        if (outside == null) {
            return;
        }
        var key = name.toLowerCase(Locale.ROOT);
        var others = new OutsideHeaders();
        outside.headers.stream().filter(each -> !each.name().equals(key)).forEach(others.headers::add);
        exchange.setProperty(PROPERTY, others);
    }

    private static @Nullable OutsideHeaders find(Exchange exchange) {
        return exchange.getProperty(PROPERTY, OutsideHeaders.class);
    }
}
