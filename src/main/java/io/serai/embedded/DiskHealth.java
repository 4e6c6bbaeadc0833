// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** Says in health, as {@code disk}, that the hub refuses changes for want of room. */
final class DiskHealth extends AbstractHealthIndicator {

    private final DiskSpace disk;

    DiskHealth(DiskSpace disk) {
        this.disk = disk;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        health.withDetail("usableBytes", disk.usableBytes()).withDetail("minFreeBytes", disk.minFreeBytes());
        if (disk.isNearlyFull()) {
            health.outOfService();
        } else {
            health.up();
        }
    }
}
