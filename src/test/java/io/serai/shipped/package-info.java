// SPDX-License-Identifier: Apache-2.0
/** The routes that are shipped, each file by itself. */
@NullMarked
package io.serai.shipped;

import org.jspecify.annotations.NullMarked;
