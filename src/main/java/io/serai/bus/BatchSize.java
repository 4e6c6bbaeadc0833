// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.Invalid;
import java.time.Duration;

/**
 * When a batch is complete: at {@code size} messages or {@code timeout} after its first, whichever comes first.
 *
 * @param size 1 to 2000
 * @param timeout 1 ms to 10 min; the broker may close a consumer that acknowledges nothing for 30 min
 */
public record BatchSize(int size, Duration timeout) {

    /** @throws Invalid where a part is out of bounds */
    public BatchSize {
        if (size < 1 || size > 2000 || timeout.toMillis() < 1 || timeout.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new Invalid("subscribing in batches: size must be 1 to 2000 and timeout 1 ms to 10 min");
        }
    }
}
