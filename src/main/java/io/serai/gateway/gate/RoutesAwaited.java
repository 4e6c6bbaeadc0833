// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.gate;

/** Knows whether the routes of a starting hub are there; until then requests are told to try again. */
@FunctionalInterface
public interface RoutesAwaited {

    boolean areStarted();
}
