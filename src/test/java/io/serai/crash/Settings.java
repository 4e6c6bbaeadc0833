// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import java.time.Duration;
import java.util.Random;

/** How much is broken, {@code -Dserai.crash.*}; what is not set is as the table in docs/reliability.md has it. */
final class Settings {

    private Settings() {}

    static int kills() {
        return Integer.getInteger("serai.crash.kills", 20);
    }

    static Duration outage() {
        return Duration.ofSeconds(Integer.getInteger("serai.crash.outage-seconds", 60));
    }

    static int replays() {
        return Integer.getInteger("serai.crash.replays", 10_000);
    }

    static int redeliveries() {
        return Integer.getInteger("serai.crash.redeliveries", 50);
    }

    /** When and what to break: the same with each run. */
    static Random random() {
        return new Random(Long.getLong("serai.crash.seed", 42));
    }
}
