// SPDX-License-Identifier: Apache-2.0
/** Keeps the content of messages from becoming endpoints, options, placeholders or expressions (Recipient List). */
@NullMarked
package io.serai.routes.dynamic;

import org.jspecify.annotations.NullMarked;
