// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches what is left on the disk of the data directory, once a second, so that the hub refuses work before its broker
 * and database run out of room.
 *
 * <p>Any thread may ask; the answer is at most a second old.
 */
public final class DiskSpace implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DiskSpace.class);

    /** Something on this disk that closes itself when it finds no room. */
    interface Store {

        /**
         * Opens again if it has to; asked about once a second when there is room again, until it says that it is open.
         *
         * @param least bytes that were left at the worst
         */
        boolean reopen(long least);
    }

    /** Asks the disk; a seam for tests. */
    interface Gauge {
        long usableBytes() throws IOException;
    }

    private final Path directory;
    private final Gauge gauge;
    private final long minFree;
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        var thread = new Thread(task, "serai-disk");
        thread.setDaemon(true);
        return thread;
    });
    private volatile long usable = Long.MAX_VALUE;
    private volatile boolean nearlyFull;
    private final List<Store> stores = new CopyOnWriteArrayList<>();
    /** Of the watch: who may have found no room, and how little there was. */
    private final Set<Store> toReopen = new HashSet<>();

    private long least = Long.MAX_VALUE;

    DiskSpace(Path directory, long minFree) {
        this(directory, minFree, () -> Files.getFileStore(directory).getUsableSpace());
    }

    DiskSpace(Path directory, long minFree, Gauge gauge) {
        this.directory = directory;
        this.minFree = minFree;
        this.gauge = gauge;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // ends with the executor; look() throws nothing it could tell
    void start() {
        look();
        watch.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
    }

    void look() {
        try {
            usable = gauge.usableBytes();
        } catch (IOException e) {
            // a disk that cannot be asked is not called full: those who write to it will say what is wrong
            log.debug("asking the disk of {}: {}", directory, e.toString());
            return;
        }
        var full = usable < minFree;
        if (full != nearlyFull) {
            nearlyFull = full;
            if (full) {
                log.warn("Disk nearly full: {}. The hub refuses changes until there is room again", state());
                least = Long.MAX_VALUE;
            } else {
                log.info("Disk has room again: {}", state());
                toReopen.addAll(stores);
            }
        }
        if (full) {
            least = Math.min(least, usable);
        } else {
            toReopen.removeIf(this::reopened);
        }
    }

    private boolean reopened(Store store) {
        try {
            return store.reopen(least);
        } catch (RuntimeException notYet) {
            log.error("Opening a store again after the disk was full failed, trying again", notYet);
            return false;
        }
    }

    /** Has the store opened again after the disk was full. */
    void watchOver(Store store) {
        stores.add(store);
    }

    /** Whether less than {@code serai.embedded.disk.min-free} is left. */
    public boolean isNearlyFull() {
        return nearlyFull;
    }

    /** Bytes this process may still write. */
    public long usableBytes() {
        return usable;
    }

    /** Bytes below which the disk counts as nearly full. */
    public long minFreeBytes() {
        return minFree;
    }

    /** For people: what is left, and what should be. */
    String state() {
        return "%d MB left, serai.embedded.disk.min-free is %d MB".formatted(usable >> 20, minFree >> 20);
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
