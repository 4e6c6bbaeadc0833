// SPDX-License-Identifier: Apache-2.0
/**
 * Carries events between publishers and durable subscribers over AMQP 0-9-1 (Publish-Subscribe Channel, Guaranteed Delivery).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message"})
package io.serai.bus;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
