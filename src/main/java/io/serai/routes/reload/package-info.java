// SPDX-License-Identifier: Apache-2.0
/** Moves the running routes from one good state of their files to another, or changes nothing (Control Bus). */
@NullMarked
package io.serai.routes.reload;

import org.jspecify.annotations.NullMarked;
