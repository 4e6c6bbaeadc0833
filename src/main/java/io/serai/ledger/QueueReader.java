// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import org.jspecify.annotations.Nullable;

/**
 * A queue that a hub reads, or would read if its route were not stopped.
 *
 * @param route id of the route, or null where none of Camel's reads it
 * @param reading whether it reads now
 * @param durable false only where the route declares the queue, and declares it otherwise
 * @param inHand taken and not settled
 * @param turnedAt all that was taken before it has been settled, milliseconds since 1970
 */
record QueueReader(
        String queue, @Nullable String route, boolean reading, boolean durable, long inHand, long turnedAt) {}
