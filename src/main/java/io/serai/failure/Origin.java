// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

/**
 * What a failed message was taken from, and so where it is sent back to.
 *
 * @param name a subscription as it is; another system's queue as {@code queue:NAME}; a route that began with neither as
 *     {@code route:ID}
 */
record Origin(String name) {

    private static final String QUEUE = "queue:";
    private static final String ROUTE = "route:";

    static Origin ofQueue(String queue) {
        var events = "serai.events.";
        return new Origin(queue.startsWith(events) ? queue.substring(events.length()) : QUEUE + queue);
    }

    /** Whether it says where a message can be sent back to. */
    boolean isKnown() {
        return !name.equals(QUEUE);
    }

    /** Whether a route began with it, and would be run again. */
    boolean isRoute() {
        return name.startsWith(ROUTE);
    }

    /** The route's id. */
    String routeId() {
        return name.substring(ROUTE.length());
    }
}
