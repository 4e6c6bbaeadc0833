// SPDX-License-Identifier: Apache-2.0
/** The hub: one package per capability. */
@NullMarked
package io.serai;

import org.jspecify.annotations.NullMarked;
