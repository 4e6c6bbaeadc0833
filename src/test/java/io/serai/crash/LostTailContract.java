// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.bus.EventPublisher;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The log loses its tail while hubs write and clients read, as a failover to a standby that lags does, and as a restore of
 * an older backup does: its rows and its head are those of an earlier time, and other events take their positions.
 */
@Tag("crash")
abstract class LostTailContract {

    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int BEFORE = 200;
    private static final int LOST = 300;
    private static final int AFTER = 1000;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    /** Hubs that share them. */
    abstract int hubs();

    abstract String proof();

    @Test
    void readersLearnOfItAndMissNothingThatIsThere(@TempDir Path folder) throws Exception {
        var servers = servers();
        var hubs = new ArrayList<ConfigurableApplicationContext>();
        try {
            for (int hub = 0; hub < hubs(); hub++) {
                hubs.add(HubInside.start(Files.createDirectory(folder.resolve("hub" + hub)), servers));
            }
            for (var hub : hubs) {
                HubInside.awaitReading(hub, SOON);
            }
            var jdbc = hubs.get(0).getBean(JdbcTemplate.class);
            publish(hubs, BEFORE);
            await().atMost(SOON).until(() -> logged(jdbc).size() == BEFORE);
            var kept = head(jdbc);
            var open = hubs.stream().map(hub -> follow(hub, null)).toList();
            var away = follow(hubs.get(0), "0");
            publish(hubs, LOST);
            for (var reader : open) {
                await().atMost(SOON).until(() -> reader.ids().size() == LOST);
            }
            await().atMost(SOON).until(() -> away.ids().size() == BEFORE + LOST);
            var cursor = page(hubs.get(0), "").path("next").asText();
            var seen = away.last().get(away.last().size() - 1);
            away.close();

            new TransactionTemplate(hubs.get(0).getBean(PlatformTransactionManager.class))
                    .executeWithoutResult(restore -> {
                        jdbc.update("UPDATE event_log_head SET position = ?", kept);
                        jdbc.update("DELETE FROM event_log WHERE position > ?", kept);
                    });
            var lost = System.nanoTime();
            publish(hubs, AFTER);

            await().atMost(SOON).until(() -> logged(jdbc).size() == BEFORE + AFTER);
            var present = logged(jdbc);
            var since = new HashSet<>(present);
            since.removeAll(away.ids());
            assertThat(since).hasSize(AFTER);
            for (var reader : open) {
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(reader.ids()).containsAll(since));
                assertThat(reader.resets()).isNotEmpty();
            }
            var took = System.nanoTime() - lost;
            var again = follow(hubs.get(hubs.size() - 1), seen);
            await().atMost(SOON).untilAsserted(() -> assertThat(again.ids()).containsAll(since));
            assertThat(again.resets()).hasSize(1);
            var answer = get(hubs.get(0), "/api/events?limit=50&cursor=" + cursor);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
            assertThat(pages(hubs.get(0))).containsExactlyInAnyOrderElementsOf(present);
            new Figures(proof())
                    .with("hubs", hubs.size())
                    .with("events before", BEFORE)
                    .with("lost with the tail", LOST)
                    .with("events after", AFTER)
                    .with("missed by open streams", 0)
                    .with("missed by a stream that resumed", 0)
                    .with(
                            "shown again to open streams",
                            open.stream().mapToInt(Reader::repeated).max().orElse(0))
                    .with("all seen after", List.of(took))
                    .keep();
            open.forEach(Reader::close);
            again.close();
        } finally {
            hubs.forEach(ConfigurableApplicationContext::close);
        }
    }

    /** A client that follows the log: what it has seen, and the ids it could resume at. */
    private record Reader(Set<String> ids, List<String> last, List<String> resets, List<String> all, Runnable closing) {

        void close() {
            closing.run();
        }

        int repeated() {
            return all.size() - ids.size();
        }
    }

    private Reader follow(ConfigurableApplicationContext hub, @Nullable String from) {
        var reader = HttpRequest.newBuilder(uri(hub, "/api/events/stream?type=tail.%23"));
        if (from != null) {
            reader.header("Last-Event-ID", from);
        }
        try {
            var response = http.send(reader.build(), BodyHandlers.ofLines());
            assertThat(response.statusCode()).isEqualTo(200);
            var lines = response.body();
            var seen = new Reader(
                    ConcurrentHashMap.newKeySet(),
                    new CopyOnWriteArrayList<>(),
                    new CopyOnWriteArrayList<>(),
                    new CopyOnWriteArrayList<>(),
                    lines::close);
            var thread = new Thread(() -> lines.forEach(line -> note(line, seen)), "stream-reader");
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler((reading, closed) -> {});
            thread.start();
            await().atMost(SOON).until(() -> !seen.last().isEmpty());
            return seen;
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void note(String line, Reader reader) {
        if (line.startsWith("id: ")) {
            reader.last().add(line.substring("id: ".length()));
        } else if (line.equals("event: reset")) {
            reader.resets().add(line);
        } else if (line.startsWith("data: ") && line.contains("\"id\"")) {
            try {
                var id = json.readTree(line.substring("data: ".length()))
                        .path("id")
                        .asText();
                reader.ids().add(id);
                reader.all().add(id);
            } catch (IOException noJson) {
                throw new IllegalStateException(line, noJson);
            }
        }
    }

    private static void publish(List<ConfigurableApplicationContext> hubs, int count) {
        IntStream.range(0, count)
                .mapToObj(number -> hubs.get(number % hubs.size())
                        .getBean(EventPublisher.class)
                        .publish(new Event(
                                EventIds.next(),
                                "/crash",
                                new EventType("tail.sent"),
                                null,
                                Instant.now(),
                                "application/json",
                                null,
                                Map.of(),
                                new byte[] {'1'}))
                        .orTimeout(30, TimeUnit.SECONDS))
                .toList()
                .forEach(confirm -> confirm.join());
    }

    private List<String> pages(ConfigurableApplicationContext hub) throws Exception {
        var ids = new ArrayList<String>();
        for (var page = page(hub, "");
                ;
                page = page(hub, "&cursor=" + page.path("next").asText())) {
            page.path("items").forEach(each -> ids.add(each.path("id").asText()));
            if (page.path("next").isNull()) {
                return ids;
            }
        }
    }

    private JsonNode page(ConfigurableApplicationContext hub, String more) throws Exception {
        var answer = get(hub, "/api/events?limit=50&type=tail.%23" + more);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json.readTree(answer.body());
    }

    private HttpResponse<String> get(ConfigurableApplicationContext hub, String path) throws Exception {
        return http.send(HttpRequest.newBuilder(uri(hub, path)).build(), BodyHandlers.ofString());
    }

    private static URI uri(ConfigurableApplicationContext hub, String path) {
        return URI.create("http://127.0.0.1:" + hub.getEnvironment().getProperty("local.server.port") + path);
    }

    private static List<String> logged(JdbcTemplate jdbc) {
        return jdbc.queryForList("SELECT id FROM event_log WHERE type = 'tail.sent'", String.class);
    }

    private static long head(JdbcTemplate jdbc) {
        return Objects.requireNonNull(jdbc.queryForObject("SELECT position FROM event_log_head", Long.class));
    }
}
