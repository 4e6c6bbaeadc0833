// SPDX-License-Identifier: Apache-2.0
/** The edge of HTTP: how a refusal looks (RFC 9457), whoever refuses. */
@NullMarked
@ApplicationModule(allowedDependencies = {"message"})
package io.serai.http;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
