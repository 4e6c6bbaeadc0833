// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that read AMQP headers, with a stack deep enough for tables as deep as a frame can hold: the client reads them by
 * recursion, and where its stack overflows the connection is lost, again for each delivery of that message.
 *
 * <p>A frame of 131,072 bytes holds 26,000 levels. Stack that is not used takes no memory.
 */
public final class DeepThreads implements ThreadFactory {

    private static final long STACK_BYTES = 64L << 20;

    private final AtomicInteger count = new AtomicInteger();
    private final String name;

    public DeepThreads(String name) {
        this.name = name;
    }

    @Override
    public Thread newThread(Runnable task) {
        var thread = new Thread(null, task, name + "-" + count.incrementAndGet(), STACK_BYTES);
        thread.setDaemon(true);
        return thread;
    }
}
