// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import java.util.List;

/** Lets a route have its effect on the database in a transaction with the note that it had it, or not again. */
interface Receiver {

    /**
     * Lets the effect of the events happen, unless there is a reason not to.
     *
     * @throws OnceOnly.EffectFailed with what the effect threw, after the rollback
     * @throws org.springframework.dao.DataAccessException where the database is away: nothing was done
     */
    OnceOnly.Receipt receive(String subscription, List<Event> events, OnceOnly.Effect effect);
}
