// SPDX-License-Identifier: Apache-2.0
/** Reads events in the CloudEvents JSON format, whichever way they come (Canonical Data Model). */
@NullMarked
@NamedInterface("format")
package io.serai.bus.format;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
