// SPDX-License-Identifier: Apache-2.0
/** Files that other systems exchange, for routes to read (Document Message). */
@NullMarked
@ApplicationModule(
        type = ApplicationModule.Type.OPEN,
        allowedDependencies = {"bus", "message"})
package io.serai.file;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
