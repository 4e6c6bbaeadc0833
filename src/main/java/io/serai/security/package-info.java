// SPDX-License-Identifier: Apache-2.0
/**
 * Who may do what, and from where a request may come.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "http"})
package io.serai.security;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
