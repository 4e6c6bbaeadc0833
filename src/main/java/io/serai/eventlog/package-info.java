// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps every event in the order it was stored, to query and to follow (Message Store).
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"message", "bus"})
package io.serai.eventlog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
