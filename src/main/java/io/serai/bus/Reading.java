// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.time.Duration;

/**
 * How far this hub is with a subscription that it reads.
 *
 * @param inHand events handed to the subscriber and not settled; the client may have fetched more
 * @param turned how long ago all that had been fetched until then has been settled by now
 */
public record Reading(String subscription, int inHand, Duration turned) {}
