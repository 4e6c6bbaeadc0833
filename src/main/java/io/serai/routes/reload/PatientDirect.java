// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.direct.DirectConsumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code direct:} whose callers wait for the route they call while routes are being replaced, and only then: Camel's would
 * keep them 30 s for a route that never comes.
 */
final class PatientDirect extends DirectComponent {

    private static final long SLICE_MILLIS = 50;

    private final BooleanSupplier mayCome;

    /** For contexts that check routes. */
    PatientDirect() {
        this(() -> false);
    }

    PatientDirect(BooleanSupplier mayCome) {
        this.mayCome = mayCome;
    }

    @Override
    @SuppressWarnings("NullAway") // null is how the component says that there is none
    protected @Nullable DirectConsumer getConsumer(String key, boolean block, long timeout)
            throws InterruptedException {
        var end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeout);
        var consumer = super.getConsumer(key, false, 0);
        while (consumer == null && block && mayCome.getAsBoolean() && System.nanoTime() < end) {
            consumer = super.getConsumer(key, true, SLICE_MILLIS);
        }
        // once more: it may have come between the last look and the end of the swap
        return consumer == null ? super.getConsumer(key, false, 0) : consumer;
    }
}
