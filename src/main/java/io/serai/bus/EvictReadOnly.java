// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/**
 * Takes connections that may only read out of the pool: a failover may leave them open on what is a standby now, and the
 * pool would keep them for half an hour. Named in {@code spring.datasource.hikari.exception-override-class-name}.
 */
public final class EvictReadOnly implements SQLExceptionOverride {

    @java.lang.Override
    public Override adjudicate(SQLException refused) {
        return DatabaseAway.READ_ONLY.equals(refused.getSQLState())
                ? SQLExceptionOverride.Override.MUST_EVICT
                : SQLExceptionOverride.Override.CONTINUE_EVICT;
    }
}
