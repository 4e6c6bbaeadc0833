// SPDX-License-Identifier: Apache-2.0
/** Describes the HTTP surface, of controllers and of routes, as OpenAPI 3.1 at {@code /v3/api-docs}. */
@NullMarked
package io.serai.gateway.openapi;

import org.jspecify.annotations.NullMarked;
