// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads on which routes go on after a publish: few while they get on, which keeps what comes after a publish from
 * asking for more database connections than there are, and more when all of them stand.
 *
 * <p>A route may itself wait for a publish, as {@code circuitBreaker} and a {@code ProducerTemplate} do. When all threads
 * do that, only a further one can end it.
 */
public final class Continuations implements Executor, AutoCloseable {

    /** How often to look whether they get on. */
    static final long LOOK_MILLIS = 100;

    private final int few;
    private final ThreadPoolExecutor pool;
    private long ended;

    Continuations(int few) {
        this.few = few;
        pool = new ThreadPoolExecutor(
                few, Integer.MAX_VALUE, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    var worker = new Thread(task, "event-continue");
                    worker.setDaemon(true);
                    return worker;
                });
        pool.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        pool.execute(task);
    }

    /** Adds as many again where something waits and nothing has ended since the last look. For one thread. */
    void look() {
        var now = pool.getCompletedTaskCount();
        if (pool.getQueue().isEmpty()) {
            pool.setCorePoolSize(few);
        } else if (now == ended) {
            pool.setCorePoolSize(pool.getCorePoolSize() + few);
        }
        ended = now;
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
