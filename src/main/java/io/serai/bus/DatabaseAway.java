// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVStoreException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/**
 * Tells a database that cannot serve now from one that refuses what it is given: the first is waited for.
 *
 * <p>Spring's exceptions say it of SQLSTATE classes 08 (connection), 40 (serialization, deadlock), 53 (resources), 57
 * (shutdown, cancelled) and 58 (system); the states it does not know are listed here.
 *
 * @see <a href="https://www.postgresql.org/docs/15/errcodes-appendix.html">PostgreSQL Error Codes</a>
 * @see <a href="https://h2database.com/javadoc/org/h2/api/ErrorCode.html">H2 Error Codes</a>
 */
public final class DatabaseAway {

    /** The session may only read: after a failover it is one of a standby. */
    static final String READ_ONLY = "25006";

    private static final List<Class<? extends RuntimeException>> TYPES = List.of(
            TransientDataAccessException.class,
            RecoverableDataAccessException.class,
            // getting no connection is one of these
            DataAccessResourceFailureException.class,
            CannotCreateTransactionException.class,
            // commit or rollback on a connection that was lost; what the database refuses is translated
            TransactionSystemException.class);

    private static final Set<String> STATES = Set.of(
            READ_ONLY,
            // the server has ended a session that took too long
            "25P03",
            "25P04",
            // no lock within lock_timeout
            "55P03",
            // H2: no lock in time, read-only, closed, concurrent update
            "HYT00",
            "90097",
            "90098",
            "90131");
    /** Connection, serialization and deadlock, resources, shutdown, system. */
    private static final List<String> AWAY_CLASSES = List.of("08", "40", "53", "57", "58");

    /** Program limit exceeded, as an index row that is too large: to Spring a lack of resources, but it stays so. */
    private static final String LIMIT = "54";

    private DatabaseAway() {}

    /** Whether the exception itself, not its cause, says so. */
    public static boolean is(Throwable thrown) {
        if (thrown instanceof UncategorizedSQLException other) {
            return isAway(other.getSQLException());
        }
        return TYPES.stream().anyMatch(type -> type.isInstance(thrown)) && !isLimit(thrown);
    }

    /** Whether the exception or one of its causes says so: what was thrown in mid-route comes wrapped. */
    public static boolean isCauseOf(Throwable thrown) {
        for (@Nullable Throwable each = thrown; each != null; each = each.getCause()) {
            if (is(each)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a database's answer says so, of which Spring has made no exception of its own. */
    public static boolean says(SQLException refused) {
        return isAway(refused) || AWAY_CLASSES.stream().anyMatch(String.valueOf(refused.getSQLState())::startsWith);
    }

    private static boolean isAway(@Nullable SQLException refused) {
        if (refused == null) {
            return false;
        }
        var state = refused.getSQLState();
        // the pool closes a connection that was cut; the next statement on it is refused without an SQLSTATE
        return state == null
                ? "Connection is closed".equals(refused.getMessage())
                // H2 calls it a general error that its file cannot be written, and is closed from then on
                : STATES.contains(state) || refused.getCause() instanceof MVStoreException;
    }

    private static boolean isLimit(Throwable thrown) {
        return thrown instanceof DataAccessException
                && thrown.getCause() instanceof SQLException refused
                && refused.getSQLState() != null
                && refused.getSQLState().startsWith(LIMIT);
    }
}
