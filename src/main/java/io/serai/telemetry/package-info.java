// SPDX-License-Identifier: Apache-2.0
/**
 * Counts what flows and tells whether the parts work (Control Bus).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "bus", "bus :: component"})
package io.serai.telemetry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
