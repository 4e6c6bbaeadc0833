// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.RouteFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The folder of route files as it is on the disk. Hidden files, backups and what editors write first and rename then are
 * not seen; links are followed, so that a mounted ConfigMap is read like any folder.
 */
public final class RouteFolder {

    /** The largest file that is read. */
    public static final int MAX_BYTES = 2_000_000;

    /** The most parts of a path, the file's name among them; deeper ones are not seen. */
    public static final int MAX_DEPTH = 10;

    private static final int MAX_FILES = 5_000;
    private static final Pattern SEEN = Pattern.compile("[^.~#].*\\.(yaml|yml|java|json|xsd|xsl|xslt|sql)");

    /** How a file looks without reading it; another file of the same name, or one that was written to, looks different. */
    record Look(long size, FileTime written, Optional<Object> file) {}

    private final Path directory;

    public RouteFolder(Path directory) {
        this.directory = directory;
    }

    /** All files by path, separated by {@code /}. */
    Map<String, Look> look() throws IOException {
        var found = new TreeMap<String, Look>();
        Files.walkFileTree(directory, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return !folder.equals(directory)
                                && String.valueOf(folder.getFileName()).startsWith(".")
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isRegularFile()
                        && attributes.size() <= MAX_BYTES
                        && SEEN.matcher(String.valueOf(file.getFileName())).matches()) {
                    found.put(
                            directory.relativize(file).toString().replace('\\', '/'),
                            new Look(
                                    attributes.size(),
                                    attributes.lastModifiedTime(),
                                    Optional.ofNullable(attributes.fileKey())));
                }
                return found.size() < MAX_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException gone) {
                // renamed or removed meanwhile, or a link that leads nowhere or in a circle
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }

    public Set<String> paths() throws IOException {
        return look().keySet();
    }

    /** A file's content; empty where it is gone. */
    public Optional<RouteFile> read(String path) throws IOException {
        try {
            return Optional.of(new RouteFile(path, Files.readAllBytes(directory.resolve(path))));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        }
    }

    /**
     * Writes a file so that nobody, not even after a power cut, finds half of it. One that is there keeps its permissions; a new
     * one has those of the process's umask.
     */
    public void write(RouteFile file) throws IOException {
        var target = directory.resolve(file.path());
        var folder = Optional.ofNullable(target.getParent()).orElse(directory);
        Files.createDirectories(folder);
        // a temporary file would be its owner's alone
        var unseen = folder.resolve(".serai-" + UUID.randomUUID() + ".tmp");
        try {
            Files.write(unseen, file.content(), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            keepPermissions(target, unseen);
            try (var channel = FileChannel.open(unseen, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(unseen, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unseen);
        }
    }

    private static void keepPermissions(Path before, Path now) throws IOException {
        var old = Files.getFileAttributeView(before, PosixFileAttributeView.class);
        if (old != null && Files.exists(before)) {
            Files.setPosixFilePermissions(now, old.readAttributes().permissions());
        }
    }

    /** Deletes a file, and the folders that are empty without it. */
    public void delete(String path) throws IOException {
        var file = directory.resolve(path);
        Files.deleteIfExists(file);
        try {
            for (var folder = file.getParent();
                    folder != null && !folder.equals(directory) && folder.startsWith(directory);
                    folder = folder.getParent()) {
                Files.deleteIfExists(folder);
            }
        } catch (DirectoryNotEmptyException others) {
            // it is still needed
        }
    }
}
