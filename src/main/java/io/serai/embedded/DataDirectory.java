// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import io.serai.message.Unavailable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The directory all that is embedded lives in, held by this hub alone from before anything in it is opened until all is
 * closed. Only the user that the hub runs as may look into it.
 *
 * <p>The lock is the operating system's, so it goes with the process however that ends; the file itself stays.
 */
final class DataDirectory implements AutoCloseable {

    /** Beyond the content, so that the holder's process id can be read where locks are mandatory. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final Path path;
    private final FileChannel lock;

    /**
     * Makes the directory where needed, and locks it.
     *
     * @throws DataDirectoryInUse when another hub holds it, in this process or another
     * @throws Unavailable when it cannot be made or written
     */
    DataDirectory(Path path) {
        this.path = path.toAbsolutePath().normalize();
        try {
            OwnerOnly.directory(this.path);
            this.lock = lock(this.path.resolve(".lock"));
            for (var own : List.of("broker", "database", ".lock")) {
                OwnerOnly.tree(this.path.resolve(own));
            }
        } catch (IOException e) {
            throw new Unavailable(
                    "opening data directory " + this.path + ": " + e
                            + ", make it writable or set serai.embedded.data to another",
                    e);
        }
    }

    private FileChannel lock(Path file) throws IOException {
        var channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (!locked(channel)) {
                throw new DataDirectoryInUse(path, Files.readString(file).strip());
            }
            channel.truncate(0);
            channel.write(StandardCharsets.UTF_8.encode(
                    "process " + ProcessHandle.current().pid() + "\n"));
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(LOCKED_BYTE, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Path of something in the directory, absolute. */
    Path resolve(String name) {
        return path.resolve(name);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
