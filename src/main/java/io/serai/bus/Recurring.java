// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.Unavailable;
import org.slf4j.Logger;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * A task that comes again by itself: what it throws is logged and it comes all the same; that the database is away is said
 * once, until it has succeeded.
 */
public final class Recurring implements Runnable {

    private final Logger log;
    private final String away;
    private final String stumbled;
    private final Runnable task;
    private volatile boolean awayLogged;

    /**
     * Makes it.
     *
     * @param log of whoever has the task
     * @param away said where the database is away
     * @param stumbled said where it is something else
     */
    public Recurring(Logger log, String away, String stumbled, Runnable task) {
        this.log = log;
        this.away = away;
        this.stumbled = stumbled;
        this.task = task;
    }

    /** Never throws. */
    @Override
    public void run() {
        try {
            task.run();
            awayLogged = false;
        } catch (DataAccessException | TransactionException | Unavailable notNow) {
            if (!awayLogged) {
                log.warn(away);
                awayLogged = true;
            }
            log.debug("database is away", notNow);
        } catch (RuntimeException | Error unforeseen) {
            // thrown on, it would be the last time
            log.error(stumbled, unforeseen);
        }
    }
}
