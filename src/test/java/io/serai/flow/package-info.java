// SPDX-License-Identifier: Apache-2.0
/** Routes that are shipped, each alone: what they make of what they are given, without broker, database or HTTP. */
@NullMarked
package io.serai.flow;

import org.jspecify.annotations.NullMarked;
