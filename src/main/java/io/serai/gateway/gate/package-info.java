// SPDX-License-Identifier: Apache-2.0
/** Holds back requests of a route while it is replaced. */
@NullMarked
@NamedInterface("gate")
package io.serai.gateway.gate;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
