// SPDX-License-Identifier: Apache-2.0
/**
 * Camel routes from files: where they are and how they fail (Pipes and Filters).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "bus", "bus :: component"})
package io.serai.routes;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
