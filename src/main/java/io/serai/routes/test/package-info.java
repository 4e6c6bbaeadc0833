// SPDX-License-Identifier: Apache-2.0
/**
 * Route tests as data: what {@code NAME.test.yaml} beside a route gives it, what stands in for the systems it calls, and
 * what it must do (Test Message).
 */
@NullMarked
@NamedInterface("test")
package io.serai.routes.test;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
