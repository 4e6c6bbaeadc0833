// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Something made once, in the background, when first asked for. A failure to make it stays. */
final class Lazy<T> {

    private final Supplier<T> maker;
    private @Nullable CompletableFuture<T> made;

    Lazy(Supplier<T> maker) {
        this.maker = maker;
    }

    /** Begins to make it, unless that has begun; does not wait. */
    synchronized CompletableFuture<T> begin() {
        if (made == null) {
            made = new CompletableFuture<T>().completeAsync(maker, command -> new Thread(command, "lazy").start());
        }
        return made;
    }

    T get() {
        return begin().join();
    }
}
