// SPDX-License-Identifier: Apache-2.0
/** What people do with a whole hub, over HTTP and files. */
@NullMarked
package io.serai.journey;

import org.jspecify.annotations.NullMarked;
