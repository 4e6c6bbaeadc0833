// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.message.EventPattern;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How the ledger counts and when it warns, {@code serai.ledger.*}; the same in all hubs.
 *
 * @param window what is balanced together
 * @param flush how often a hub writes what it has counted; a hub silent for ten of these counts as killed
 * @param round how often one hub asks for the depth of queues, balances and warns
 * @param alarmAfter how long a difference stays before it is an alarm
 * @param warnAfter how long anything else stays before it is a warning
 * @param retention how long windows are kept, and alarms with them
 * @param unheard patterns of event types that need no subscriber
 */
@Validated
@ConfigurationProperties("serai.ledger")
record LedgerProperties(
        @DefaultValue("1m") @DurationMin(seconds = 1) @DurationMax(hours = 1)
        Duration window,

        @DefaultValue("2s") @DurationMin(millis = 100) @DurationMax(seconds = 30)
        Duration flush,

        @DefaultValue("10s") @DurationMin(millis = 100) @DurationMax(minutes = 5)
        Duration round,

        @DefaultValue("2m") @DurationMin(seconds = 1) @DurationMax(days = 1)
        Duration alarmAfter,

        @DefaultValue("30s") @DurationMin(millis = 0) @DurationMax(days = 1)
        Duration warnAfter,

        @DefaultValue("7d") @DurationMin(minutes = 5) @DurationMax(days = 365)
        Duration retention,

        @DefaultValue("system.#") List<EventPattern> unheard) {

    private static final int SILENT_FLUSHES = 10;

    /** After which a hub that has not flushed counts as killed. */
    Duration silence() {
        return flush.multipliedBy(SILENT_FLUSHES);
    }
}
