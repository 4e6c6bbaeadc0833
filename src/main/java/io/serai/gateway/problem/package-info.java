// SPDX-License-Identifier: Apache-2.0
/** Turns whatever goes wrong into RFC 9457 problem details, the same for controllers, filters, routes and the container. */
@NullMarked
package io.serai.gateway.problem;

import org.jspecify.annotations.NullMarked;
