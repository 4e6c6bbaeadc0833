// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import org.slf4j.Logger;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Makes tasks that come again by themselves: what one throws is logged and the next comes all the same; that the database is
 * away is said once, until a task has succeeded.
 */
public final class Recurring {

    private final Logger log;
    private final String away;
    private final String stumbled;
    private volatile boolean awayLogged;

    /**
     * Makes them.
     *
     * @param log of whoever has the tasks
     * @param away said where the database is away
     * @param stumbled said where it is something else
     */
    public Recurring(Logger log, String away, String stumbled) {
        this.log = log;
        this.away = away;
        this.stumbled = stumbled;
    }

    /** Runs the task; never throws. */
    public void attempt(Runnable task) {
        try {
            task.run();
            awayLogged = false;
        } catch (DataAccessException | TransactionException notNow) {
            if (!awayLogged) {
                log.warn(away);
                awayLogged = true;
            }
            log.debug("database is away", notNow);
        } catch (RuntimeException unforeseen) {
            log.error(stumbled, unforeseen);
        }
    }
}
