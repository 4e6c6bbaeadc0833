// SPDX-License-Identifier: Apache-2.0
/** The {@code event:} component: how Camel routes publish and subscribe (Channel Adapter). */
@NullMarked
@NamedInterface("component")
package io.serai.bus.component;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
