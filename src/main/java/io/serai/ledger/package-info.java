// SPDX-License-Identifier: Apache-2.0
/**
 * Balances what was published against what every subscription has dealt with, and warns of what is stuck (Control Bus).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "bus", "bus::component", "bus::outbox"})
package io.serai.ledger;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
