// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of the embedded broker and database is full, under load: nearly, so that the hub's own guard holds, and to the
 * last byte, so that the stores themselves fail.
 *
 * <p>The disk is a tmpfs of its own; where this process may not mount one (Linux, root) the tests are skipped.
 */
@Tag("crash")
class DiskFullIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration RECOVERY = Duration.ofMinutes(2);
    private static final int DISK_MEGABYTES = 300;
    private static final long MEGABYTE = 1 << 20;
    private static final int LOADERS = 2;
    private static final String BODY = "{\"text\":\"%s\"}".formatted("x".repeat(5_000));

    @TempDir
    static Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> otherAnswers = new ConcurrentLinkedQueue<>();
    private Path disk;
    private HubProcess hub;

    @BeforeEach
    void mount() throws Exception {
        hub = HubProcess.in(folder);
        disk = Files.createTempDirectory(folder, "disk");
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + DISK_MEGABYTES + "m", "tmpfs", disk.toString()),
                "mounting a small tmpfs is not allowed here");
    }

    @AfterEach
    void unmount() throws Exception {
        hub.close();
        run("umount", "-l", disk.toString());
    }

    @Test
    void aDiskThatIsNearlyFullIsAnswered503BeforeAnythingFailsAndTheHubGoesOnWhenThereIsRoom() throws Exception {
        start(40);
        var load = new Load();
        load.start();
        await().atMost(RECOVERY).until(() -> accepted.size() > 200);

        fillTo(20 * MEGABYTE);

        await().atMost(RECOVERY).until(() -> refused.get() > 20);
        assertThat(refusals.element()).contains("serai.embedded.disk.min-free");
        assertThat(get("/api/events?limit=1").statusCode()).isEqualTo(200);
        assertThat(get("/actuator/health/disk").statusCode()).isEqualTo(503);
        var room = System.nanoTime();
        makeRoom();
        var before = accepted.size();
        await().atMost(RECOVERY).until(() -> accepted.size() > before + 200);
        load.end();
        assertNothingIsLost("nearly full", room);
    }

    @Test
    void storesThatFindNoByteLeftRefuseAndOpenAgainByThemselvesWithAllThatWasAnswered202() throws Exception {
        start(8);
        var load = new Load();
        load.start();
        await().atMost(RECOVERY).until(() -> accepted.size() > 200);

        fillTo(0);

        await().atMost(RECOVERY).until(() -> refused.get() > 20);
        // the load goes on meanwhile
        await().during(Duration.ofSeconds(10)).atMost(RECOVERY).until(hub::isAlive);
        var room = System.nanoTime();
        makeRoom();
        var before = accepted.size();
        await().atMost(RECOVERY).until(() -> accepted.size() > before + 200);
        load.end();
        assertNothingIsLost("full", room);
    }

    private void start(int minFreeMegabytes) throws IOException {
        hub.with("serai.embedded.data", disk.resolve("data"))
                .with("serai.embedded.disk.min-free", minFreeMegabytes + "MB")
                .with("serai.routes.directory", Files.createDirectories(folder.resolve("routes")))
                .start()
                .awaitReady();
    }

    /** All that was answered 202 is in the log, now and after a kill. */
    private void assertNothingIsLost(String proof, long room) throws Exception {
        await().atMost(RECOVERY).untilAsserted(() -> assertThat(logged()).containsAll(accepted));
        var recovered = System.nanoTime();
        hub.kill9();
        hub.start().awaitReady();
        await().atMost(RECOVERY).untilAsserted(() -> assertThat(logged()).containsAll(accepted));
        new Figures("disk-" + proof.replace(' ', '-'))
                .with("accepted (202)", accepted.size())
                .with("refused (503)", refused.get())
                .with("other answers", otherAnswers.size())
                .with("lost", 0)
                .with("room to all of it logged", List.of(recovered - room))
                .keep();
        assertThat(otherAnswers).as("neither 202 nor 503").isEmpty();
    }

    private Set<String> logged() throws IOException, InterruptedException {
        var ids = new HashSet<String>();
        var cursor = "";
        do {
            var page = json(get("/api/events?type=disk.filled&limit=500" + cursor));
            page.path("items").forEach(each -> ids.add(each.path("id").asText()));
            cursor = page.path("next").isTextual()
                    ? "&cursor=" + page.path("next").asText()
                    : "";
        } while (!cursor.isEmpty());
        return ids;
    }

    private Path filler() {
        return disk.resolve("filler");
    }

    private void makeRoom() throws IOException {
        Files.delete(filler());
    }

    /** Takes what is left but for some bytes, in a moment: the hub's guard looks once a second. */
    private void fillTo(long left) throws IOException {
        try (var file = FileChannel.open(filler(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var chunk = ByteBuffer.allocate(64 * 1024);
            while (Files.getFileStore(disk).getUsableSpace() > left) {
                file.write(chunk.clear());
            }
        } catch (IOException full) {
            if (left > 0) {
                throw full;
            }
        }
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(hub.uri(path))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static boolean run(String... words) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(words).inheritIO().start().waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    /** Publishes until it ends; a little slower while it is refused, as a client that heeds Retry-After. */
    private final class Load {

        private final CountDownLatch end = new CountDownLatch(1);
        private final Thread[] threads = new Thread[LOADERS];

        void start() {
            for (int i = 0; i < LOADERS; i++) {
                threads[i] = new Thread(this::publish, "load-" + i);
                threads[i].start();
            }
        }

        void end() throws InterruptedException {
            end.countDown();
            for (var thread : threads) {
                thread.join();
            }
        }

        private void publish() {
            try {
                while (!end.await(40, TimeUnit.MILLISECONDS)) {
                    var id = UUID.randomUUID().toString();
                    var answer = http.send(
                            HttpRequest.newBuilder(hub.uri("/api/events"))
                                    .timeout(Duration.ofSeconds(60))
                                    .header("Content-Type", "application/json")
                                    .header("ce-specversion", "1.0")
                                    .header("ce-id", id)
                                    .header("ce-source", "/disk")
                                    .header("ce-type", "disk.filled")
                                    .POST(BodyPublishers.ofString(BODY))
                                    .build(),
                            BodyHandlers.ofString());
                    if (answer.statusCode() == 202) {
                        accepted.add(id);
                    } else if (answer.statusCode() == 503) {
                        refused.incrementAndGet();
                        refusals.add(answer.body());
                    } else {
                        otherAnswers.add(answer.statusCode());
                    }
                }
            } catch (InterruptedException | IOException gone) {
                otherAnswers.add(0);
            }
        }
    }
}
