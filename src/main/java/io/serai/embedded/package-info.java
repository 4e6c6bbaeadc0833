// SPDX-License-Identifier: Apache-2.0
/**
 * Broker and database inside the hub's own process, for a hub that needs nothing but a JDK (Message Broker).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message"})
package io.serai.embedded;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
