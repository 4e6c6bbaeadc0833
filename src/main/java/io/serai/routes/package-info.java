// SPDX-License-Identifier: Apache-2.0
/**
 * Camel routes from files: where they are, how they change while the hub runs, and what is known of each (Control Bus).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "http", "bus", "bus :: component", "gateway :: gate", "telemetry"})
package io.serai.routes;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
