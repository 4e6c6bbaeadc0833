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
 * do that, only a further one can end it. When all wait for a system that hangs, further ones are of no use; so from
 * {@link #MANY} times as many on they are added only where nothing has ended for {@link #PATIENCE_MILLIS}.
 */
public final class Continuations implements Executor, AutoCloseable {

    /** How often to look whether they get on. */
    static final long LOOK_MILLIS = 100;

    static final int MANY = 16;
    static final long PATIENCE_MILLIS = 10_000;

    private final int few;
    private final ThreadPoolExecutor pool;
    private long ended;
    private long stoodMillis;

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
        stoodMillis = now == ended ? stoodMillis + LOOK_MILLIS : 0;
        ended = now;
        if (pool.getQueue().isEmpty()) {
            pool.setCorePoolSize(few);
        } else if (stoodMillis >= (pool.getCorePoolSize() < MANY * few ? LOOK_MILLIS : PATIENCE_MILLIS)) {
            stoodMillis = 0;
            pool.setCorePoolSize(pool.getCorePoolSize() + few);
        }
    }

    int most() {
        return pool.getCorePoolSize();
    }

    @Override
    public void close() {
        pool.shutdown();
    }
}
