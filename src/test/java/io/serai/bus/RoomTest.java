// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RoomTest {

    private static final Duration AT_ONCE = Duration.ZERO;

    @Test
    void bytesAreBoundedAsWellAsMessages() throws Exception {
        var room = new Room(3, 1000);

        assertThat(room.tryEnter(600, AT_ONCE)).isTrue();
        assertThat(room.tryEnter(600, AT_ONCE)).isFalse();
        assertThat(room.tryEnter(400, AT_ONCE)).isTrue();
        assertThat(room.tryEnter(0, AT_ONCE)).isTrue();
        assertThat(room.tryEnter(0, AT_ONCE)).isFalse();
    }

    @Test
    void refusedMessageTakesNoPlace() throws Exception {
        var room = new Room(2, 1000);
        assertThat(room.tryEnter(1000, AT_ONCE)).isTrue();
        for (int i = 0; i < 5; i++) {
            assertThat(room.tryEnter(1, AT_ONCE)).isFalse();
        }

        room.leave(1000);

        assertThat(room.tryEnter(1, AT_ONCE)).isTrue();
        assertThat(room.tryEnter(1, AT_ONCE)).isTrue();
    }

    @Test
    void messageLargerThanTheRoomGoesAlone() throws Exception {
        var room = new Room(10, 1000);
        assertThat(room.tryEnter(1, AT_ONCE)).isTrue();
        var large = CompletableFuture.supplyAsync(() -> entered(room, 5000));
        await().during(Duration.ofMillis(100)).until(() -> !large.isDone());

        room.leave(1);

        assertThat(large.join()).isTrue();
        assertThat(room.tryEnter(1, AT_ONCE)).isFalse();
        room.leave(5000);
        assertThat(room.tryEnter(1000, AT_ONCE)).isTrue();
    }

    private static boolean entered(Room room, int size) {
        try {
            return room.tryEnter(size, Duration.ofSeconds(30));
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }
}
