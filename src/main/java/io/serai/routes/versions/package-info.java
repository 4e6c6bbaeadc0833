// SPDX-License-Identifier: Apache-2.0
/** Keeps every content that a route file had, and which hub runs which (Message Store, for routes). */
@NullMarked
package io.serai.routes.versions;

import org.jspecify.annotations.NullMarked;
