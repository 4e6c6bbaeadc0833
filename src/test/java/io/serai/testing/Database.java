// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

/** A database made for one test, and who may open it. */
public record Database(String jdbcUrl, String user, String password) {}
