// SPDX-License-Identifier: Apache-2.0
/** Real servers, broken networks and whole hubs for tests. */
@NullMarked
package io.serai.testing;

import org.jspecify.annotations.NullMarked;
