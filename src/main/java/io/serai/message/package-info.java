// SPDX-License-Identifier: Apache-2.0
/**
 * What travels and what goes wrong: events with CloudEvents attributes and the four kinds of error (Event Message).
 */
@NullMarked
@ApplicationModule(
        type = ApplicationModule.Type.OPEN,
        allowedDependencies = {})
package io.serai.message;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
