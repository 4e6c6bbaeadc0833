// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps account of what the broker refuses to declare or to open, say because a queue of the name exists with other
 * arguments. Each cause is logged once a minute for as long as it lasts. Thread-safe.
 */
public final class RefusedTopology {

    private static final Logger LOG = LoggerFactory.getLogger(RefusedTopology.class);
    private static final long SAY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoTime;
    private final SortedMap<String, String> causes = new TreeMap<>();
    private final Map<String, Long> saidAt = new HashMap<>();

    RefusedTopology(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** What is refused at present, each with what the broker says; a copy. */
    public synchronized SortedMap<String, String> causes() {
        return Collections.unmodifiableSortedMap(new TreeMap<>(causes));
    }

    /** @param cause as the broker puts it; those of several users may be one */
    synchronized void refused(String what, String cause) {
        causes.put(what, cause);
        var now = nanoTime.getAsLong();
        saidAt.values().removeIf(at -> now - at >= SAY_NANOS);
        if (saidAt.putIfAbsent(cause, now) == null) {
            LOG.error(
                    "broker refused {}: {}; where it exists otherwise than the hub declares it, empty and delete it on the"
                            + " broker, and the hub declares it anew; trying again, at least every 30 s",
                    what,
                    cause);
        }
    }

    synchronized void accepted(String what) {
        var cause = causes.remove(what);
        if (cause != null && !causes.containsValue(cause)) {
            saidAt.remove(cause);
            LOG.info("broker refuses no longer {}", what);
        }
    }
}
