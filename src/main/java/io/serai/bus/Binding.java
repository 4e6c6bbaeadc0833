// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.EventPattern;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * That a subscription is to get what matches a pattern.
 *
 * @param boundAt since when the broker has the binding, by the database's clock; null while that is not known
 */
public record Binding(
        String subscription, EventPattern pattern, @Nullable Instant boundAt) {}
