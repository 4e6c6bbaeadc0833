// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.EventPattern;
import io.serai.message.Invalid;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A named durable subscriber (Durable Subscriber): its queue collects what matches while nobody reads.
 *
 * @param name {@code [a-z0-9-]{1,64}}; the queue is {@code serai.events.NAME}
 * @param patterns which events it gets, at least one
 * @param ordered one consumer at a time over all hubs (single active consumer); fixed when the queue is made
 * @param concurrency consumers in this hub, 1 to 64; 1 where ordered
 * @param prefetch messages in flight to each consumer, 1 to 5000
 * @param retry name of the policy by which failures are tried again later, or null for the hub's default
 */
public record Subscription(
        String name,
        Set<EventPattern> patterns,
        boolean ordered,
        int concurrency,
        int prefetch,
        @Nullable String retry) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    /** @throws Invalid where a part is out of bounds, with the way out */
    public Subscription {
        patterns = Set.copyOf(patterns);
        if (!NAME.matcher(name).matches()) {
            throw new Invalid("subscribing: name must be 1 to 64 lower-case letters, digits and '-'");
        }
        if (patterns.isEmpty()) {
            throw new Invalid("subscribing " + name + ": name at least one event type or pattern");
        }
        if (concurrency < 1 || concurrency > 64 || prefetch < 1 || prefetch > 5000) {
            throw new Invalid("subscribing " + name + ": concurrency must be 1 to 64 and prefetch 1 to 5000");
        }
        if (ordered && concurrency > 1) {
            throw new Invalid("subscribing " + name + ": ordered means one consumer, so concurrency must be 1");
        }
    }

    public static Subscription of(String name, int prefetch, EventPattern... patterns) {
        return new Subscription(name, new LinkedHashSet<>(Arrays.asList(patterns)), false, 1, prefetch, null);
    }

    Collection<String> patternTexts() {
        return patterns.stream().map(EventPattern::text).sorted().toList();
    }
}
