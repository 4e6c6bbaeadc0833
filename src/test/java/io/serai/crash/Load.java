// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Callers that go on side by side, at a steady pace, whatever becomes of the hub. */
final class Load {

    /** Makes one call; an {@link IOException} means that no answer came. */
    interface Caller {
        void call() throws IOException;
    }

    /** What is done to the parts meanwhile. */
    interface Breaking {
        void run() throws Exception;
    }

    private record Group(int callers, long every, Caller caller) {}

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int LAST_ANSWER_SECONDS = 120;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Group> groups = new ArrayList<>();
    private volatile boolean going = true;

    /** @param perSecond calls of these callers together, at the most */
    Load with(int callers, int perSecond, Caller caller) {
        groups.add(new Group(callers, TimeUnit.SECONDS.toNanos(callers) / perSecond, caller));
        return this;
    }

    /** Begins, lets that happen, and returns when each caller has had its last answer. */
    void during(Breaking breaking) throws Exception {
        var callers = new ArrayList<Future<?>>();
        try {
            for (var group : groups) {
                for (int i = 0; i < group.callers(); i++) {
                    callers.add(threads.submit(() -> run(group)));
                }
            }
            breaking.run();
            going = false;
            for (var caller : callers) {
                caller.get(LAST_ANSWER_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            going = false;
            threads.shutdownNow();
        }
    }

    private void run(Group group) {
        var next = System.nanoTime();
        while (going) {
            try {
                group.caller().call();
            } catch (IOException noAnswer) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            // what was missed while nobody answered is not made up for
            next = Math.max(next + group.every(), System.nanoTime() - group.every());
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }
}
