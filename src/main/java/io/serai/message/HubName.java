// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

/**
 * What a hub is called wherever it is named: among the hubs that run routes, in leases, failures, audit, log and meters.
 *
 * @param value {@code serai.hub.name}, 1 to 64 visible ASCII characters; hubs on one database have names of their own
 * @param process the name, and what tells this process from an earlier one of the same name; at most 101 characters
 */
public record HubName(String value, String process) {

    public static HubName of(String value) {
        return new HubName(value, value + "/" + EventIds.next());
    }
}
