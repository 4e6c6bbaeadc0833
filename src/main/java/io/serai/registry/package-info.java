// SPDX-License-Identifier: Apache-2.0
/**
 * Knows which services there are and where, and picks an instance for each call (Service Registry, client-side discovery).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "http"})
package io.serai.registry;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
