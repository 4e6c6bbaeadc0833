// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is edited in whatever order: what runs is the last good text of each file. */
class RandomEditsIT {

    private static final int FILES = 5;

    @Test
    void runningSetIsTheLastGoodTextOfEachFile(@TempDir Path folder) throws IOException {
        edit(folder, 30, 4711);
    }

    @Test
    @Tag("long")
    void runningSetIsTheLastGoodTextOfEachFileAfterManyEdits(@TempDir Path folder) throws IOException {
        edit(folder, 200, 42);
    }

    private static void edit(Path folder, int edits, long seed) throws IOException {
        var random = new Random(seed);
        try (var hub = EditedHub.start(folder, Map.of())) {
            // path of HTTP by file, and what it answers
            var expected = new TreeMap<String, String>();
            var good = new TreeMap<String, String>();
            for (int i = 0; i < edits; i++) {
                var name = "edit-" + random.nextInt(FILES);
                var file = "t/" + name + ".camel.yaml";
                var answer = "answer " + i;
                switch (random.nextInt(6)) {
                    case 0 -> {
                        // bad in one of several ways; where it is the same text as before, nothing happens
                        var bad = bad(random.nextInt(4), name, i);
                        hub.write(file, bad);
                        hub.awaitRefused(file);
                    }
                    case 1 -> {
                        if (Files.exists(hub.file(file))) {
                            hub.delete(file).awaitLive(file);
                        }
                        expected.remove(name);
                        good.remove(name);
                    }
                    default -> {
                        hub.write(file, text(name, name, answer)).awaitLive(file);
                        expected.put(name, answer);
                        good.put(name, text(name, name, answer));
                    }
                }
                for (int each = 0; each < FILES; each++) {
                    var path = "edit-" + each;
                    var answered = hub.get("/t/" + path);
                    var what = "seed %d, edit %d, %s".formatted(seed, i, path);
                    if (expected.containsKey(path)) {
                        assertThat(answered.body()).as(what).isEqualTo(expected.get(path));
                    } else {
                        assertThat(answered.statusCode()).as(what).isEqualTo(404);
                    }
                }
                var running = new TreeMap<String, String>();
                hub.reloader()
                        .files()
                        .forEach((path, content) ->
                                running.put(content.name(), new String(content.content(), StandardCharsets.UTF_8)));
                assertThat(running).isEqualTo(good);
                assertThat(hub.camel().getRoutes()).hasSize(expected.size());
            }
        }
    }

    private static String text(String id, String path, String answer) {
        return """
                - route:
                    id: %s
                    from:
                      uri: platform-http:/t/%s
                      steps:
                        - setBody:
                            constant: %s
                """.formatted(id, path, answer);
    }

    private static String bad(int kind, String name, int number) {
        var good = text(name, name, "bad " + number);
        return switch (kind) {
            case 0 -> good.replace("steps:", "steps: [}");
            case 1 -> good + "        - to: foo:bar\n";
            case 2 -> good.substring(0, good.length() / 2) + " #" + number + "\n: :";
            default -> "# " + number + "\n";
        };
    }
}
