// SPDX-License-Identifier: Apache-2.0
package io.serai.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Says where a file goes that a route is through with; the file component moves it, as of its option {@code move}. */
public final class Aside {

    private Aside() {}

    /** The name in {@code .done}, relative to the file; no earlier file has it. */
    public static String done(Path file) {
        return ".done/" + free(file.resolveSibling(".done"), file.getFileName().toString());
    }

    /** The name in {@code .failed}, relative to the file. The note is written at once, so that no file lies there without one. */
    public static String failed(Path file, String note) throws IOException {
        var folder = Files.createDirectories(file.resolveSibling(".failed"));
        var name = free(folder, file.getFileName().toString());
        Files.writeString(folder.resolve(name + ".txt"), note);
        return ".failed/" + name;
    }

    private static String free(Path folder, String name) {
        var dot = name.lastIndexOf('.') < 0 ? name.length() : name.lastIndexOf('.');
        var stamp = DateTimeFormatter.ofPattern("-uuuuMMdd'T'HHmmssSSS").format(LocalDateTime.now(ZoneOffset.UTC));
        var free = name;
        for (int i = 0; Files.exists(folder.resolve(free)); i++) {
            free = name.substring(0, dot) + stamp + (i == 0 ? "" : "-" + i) + name.substring(dot);
        }
        return free;
    }
}
