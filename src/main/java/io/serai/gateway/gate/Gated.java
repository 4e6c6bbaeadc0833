// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.gate;

/**
 * A consumer of HTTP requests whose route is about to be replaced: hold it, wait until nothing is in hand, replace the
 * route, release it.
 *
 * <p>Requests that come in between wait without a thread, until {@code serai.gateway.answer-timeout} at most, and are then
 * answered by whatever serves their path.
 */
public interface Gated {

    /** New requests wait from now on. */
    void hold();

    /** How many requests are between their arrival and the end of their answer. */
    int inHand();

    /** Requests go on: those that wait, and new ones. */
    void release();
}
