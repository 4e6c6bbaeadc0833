// SPDX-License-Identifier: Apache-2.0
/** Brings the database tables of each flow up to date: the SQL migrations in its folder {@code db}. */
@NullMarked
package io.serai.routes.tables;

import org.jspecify.annotations.NullMarked;
