// SPDX-License-Identifier: Apache-2.0
/** Tells editors what a route may hold: the schema of the YAML DSL and the catalogue of components. */
@NullMarked
package io.serai.routes.editor;

import org.jspecify.annotations.NullMarked;
