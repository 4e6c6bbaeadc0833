// SPDX-License-Identifier: Apache-2.0
/** Answers a POST that comes again with the same {@code Idempotency-Key} as it was answered first (Idempotent Receiver). */
@NullMarked
package io.serai.gateway.idempotency;

import org.jspecify.annotations.NullMarked;
