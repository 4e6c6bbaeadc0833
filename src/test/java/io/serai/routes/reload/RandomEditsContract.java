// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is edited in whatever order: what runs is the last good text of each file, also after a restart. */
abstract class RandomEditsContract {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final List<String> FILES =
            List.of("t/edit-0.camel.yaml", "t/edit-1.camel.yaml", "t/edit-2.camel.yaml", "t/Edit3.java");
    private static final String OTHER = "t/other.camel.yaml";

    private final TreeMap<String, Good> good = new TreeMap<>();
    private final TreeSet<String> bad = new TreeSet<>();
    private final List<Long> refusedIn = new ArrayList<>();
    private final EnumSet<BadEdit> tried = EnumSet.noneOf(BadEdit.class);

    /** The last good text of a file, and what its routes answer. */
    private record Good(String text, String answer) {}

    /** Broker and database, as properties; none where they are embedded. */
    abstract Map<String, String> servers();

    @Test
    void runningSetIsTheLastGoodTextOfEachFile(@TempDir Path folder) throws IOException {
        edit(folder, 30, 4711);
    }

    @Test
    @Tag("long")
    void runningSetIsTheLastGoodTextOfEachFileAfterManyEdits(@TempDir Path folder) throws IOException {
        edit(folder, 200, 42);
        assertThat(tried).containsExactly(BadEdit.values());
    }

    private void edit(Path folder, int edits, long seed) throws IOException {
        var random = new Random(seed);
        var restarts = 0;
        try (var hub = EditedHub.start(folder, servers(), "--taken=other")) {
            write(hub, OTHER, "as ever");
            for (int i = 0; i < edits; i++) {
                var file = FILES.get(random.nextInt(FILES.size()));
                var done = random.nextInt(20);
                if (done == 0) {
                    hub.stop();
                    hub.start();
                    restarts++;
                } else if (done < 3) {
                    delete(hub, file);
                } else if (done < 11) {
                    spoil(hub, file, "answer " + i, random);
                } else {
                    write(hub, file, "answer " + i);
                }
                check(hub, "seed %d, edit %d of %s".formatted(seed, i, file));
            }
        }
        Collections.sort(refusedIn);
        System.out.printf(
                "%s: %d edits with seed %d, %d of them bad in %d ways, %d restarts; save to finding %d ms, worst %d ms%n",
                getClass().getSimpleName(),
                edits,
                seed,
                refusedIn.size(),
                tried.size(),
                restarts,
                refusedIn.get(refusedIn.size() / 2),
                refusedIn.get(refusedIn.size() - 1));
    }

    private void write(EditedHub hub, String file, String answer) {
        hub.write(file, text(file, answer)).awaitLive(file);
        good.put(file, new Good(text(file, answer), answer));
        bad.remove(file);
    }

    private void delete(EditedHub hub, String file) {
        if (Files.exists(hub.file(file))) {
            hub.delete(file).awaitLive(file);
        }
        good.remove(file);
        bad.remove(file);
    }

    private void spoil(EditedHub hub, String file, String answer, Random random) {
        var kinds =
                Arrays.stream(BadEdit.values()).filter(each -> each.isFor(file)).toList();
        var kind = kinds.get(random.nextInt(kinds.size()));
        var text = kind.of(text(file, answer));
        var known = bad.contains(file);
        hub.write(file, text);
        var findings = hub.awaitRefused(file);
        assertThat(findings).as(kind + " of " + file).anySatisfy(finding -> {
            assertThat(finding.file()).isEqualTo(file);
            assertThat(finding.line()).isEqualTo(kind.line(text));
        });
        if (!known || kind != BadEdit.EMPTY) {
            // an empty file that is emptied again is no news
            refusedIn.add(hub.timeToRefuse(file).toMillis());
        }
        tried.add(kind);
        bad.add(file);
    }

    private void check(EditedHub hub, String what) {
        // where a bad file is deleted nothing else shows that this was seen
        await(what)
                .atMost(LONG)
                .untilAsserted(
                        () -> assertThat(hub.reloader().refused().keySet()).isEqualTo(bad));
        for (var file : FILES) {
            var answered = hub.get("/t/" + name(file));
            if (good.containsKey(file)) {
                assertThat(answered.body()).as(what).isEqualTo(good.get(file).answer());
            } else {
                assertThat(answered.statusCode()).as(what).isEqualTo(404);
            }
        }
        var running = new TreeMap<String, String>();
        hub.reloader()
                .files()
                .forEach((path, content) -> running.put(path, new String(content.content(), StandardCharsets.UTF_8)));
        var texts = new TreeMap<String, String>();
        good.forEach((path, each) -> texts.put(path, each.text()));
        assertThat(running).as(what).isEqualTo(texts);
        assertThat(hub.camel().getRoutes()).as(what).hasSize(2 * good.size());
        // of each file one route reads events, in its last good version
        var event = hub.send("POST", "/api/events/edit.made", "{}")
                .headers()
                .firstValue("Location")
                .orElseThrow();
        var id = event.replaceAll(".*/|\\?.*", "");
        var answers = good.values().stream().map(Good::answer).collect(toSet());
        await(what)
                .atMost(LONG)
                .untilAsserted(() -> assertThat(SeenEdits.of(id)).isEqualTo(answers));
    }

    private static String text(String file, String answer) {
        return file.endsWith(".java")
                ? BadEdit.goodJava("Edit3", name(file), answer)
                : BadEdit.good(name(file), answer);
    }

    private static String name(String file) {
        return file.endsWith(".java") ? "edit-3" : file.replaceAll("t/|\\.camel\\.yaml", "");
    }
}
