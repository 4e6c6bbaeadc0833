// SPDX-License-Identifier: Apache-2.0
/**
 * Takes events over HTTP and answers errors as problem details (Messaging Gateway).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "http", "bus", "bus::component", "bus::format", "bus::outbox"})
package io.serai.gateway;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
