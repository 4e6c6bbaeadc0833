// SPDX-License-Identifier: Apache-2.0
/** Tries a message alone that was in hand when a hub died, and gives it up after it has taken down three (poison message). */
@NullMarked
@NamedInterface("suspect")
package io.serai.bus.suspect;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
