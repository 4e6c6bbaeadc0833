// SPDX-License-Identifier: Apache-2.0
/** The commands of {@code serai} beside starting the hub. */
@NullMarked
@NamedInterface("cli")
package io.serai.routes.cli;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
