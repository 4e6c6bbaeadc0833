// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.Status;

class DiskSpaceTest {

    private final AtomicLong usable = new AtomicLong(1000);

    private final DiskSpace disk = new DiskSpace(Path.of("data"), 500, this::ask);

    @Test
    void isNearlyFullBelowTheMinimumAndRecoversByItself() {
        disk.look();
        assertThat(disk.isNearlyFull()).isFalse();

        usable.set(499);
        disk.look();
        assertThat(disk.isNearlyFull()).isTrue();
        assertThat(disk.usableBytes()).isEqualTo(499);

        usable.set(500);
        disk.look();
        assertThat(disk.isNearlyFull()).isFalse();
    }

    @Test
    void keepsItsLastAnswerWhenTheDiskCannotBeAsked() {
        usable.set(499);
        disk.look();
        usable.set(-1);
        disk.look();

        assertThat(disk.isNearlyFull()).isTrue();
    }

    @Test
    void healthIsOutOfServiceWhileNearlyFull() {
        var health = new DiskHealth(disk);
        disk.look();
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);

        usable.set(0);
        disk.look();
        assertThat(health.health().getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
        assertThat(health.health().getDetails())
                .containsEntry("usableBytes", 0L)
                .containsEntry("minFreeBytes", 500L);
    }

    @Test
    void whatClosedIsOpenedAgainOnceThereIsRoomAndAskedUntilItIs() {
        var asked = new ArrayList<Long>();
        disk.watchOver(least -> {
            asked.add(least);
            return asked.size() == 2;
        });
        disk.look();
        assertThat(asked).isEmpty();

        usable.set(7);
        disk.look();
        usable.set(100);
        disk.look();
        assertThat(asked).as("no room yet").isEmpty();

        usable.set(800);
        for (int looks = 0; looks < 5; looks++) {
            disk.look();
        }
        assertThat(asked).containsExactly(7L, 7L);
    }

    private long ask() throws IOException {
        if (usable.get() < 0) {
            throw new IOException("gone");
        }
        return usable.get();
    }
}
