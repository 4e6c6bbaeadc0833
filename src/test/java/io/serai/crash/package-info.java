// SPDX-License-Identifier: Apache-2.0
/** Proofs that nothing is lost and nothing is stuck: parts are broken under load, on whole hubs. Run by {@code -Pcrash}. */
@NullMarked
package io.serai.crash;

import org.jspecify.annotations.NullMarked;
