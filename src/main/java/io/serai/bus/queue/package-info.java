// SPDX-License-Identifier: Apache-2.0
/** Queues of other systems, read and written by {@code spring-rabbitmq:} without losing a message (Channel Adapter). */
@NullMarked
package io.serai.bus.queue;

import org.jspecify.annotations.NullMarked;
