// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps messages whose processing failed, tries them again later, and lets people decide on the rest (Dead Letter Channel).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "bus", "bus::component"})
package io.serai.failure;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
