// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

/**
 * Why a request is turned away before it reaches the hub; nothing of the request itself is repeated in it.
 *
 * @param status HTTP status
 * @param type kebab-case end of {@code /problems/…}
 * @param detail what is wrong and what to do
 */
record Refusal(int status, String type, String title, String detail) {}
