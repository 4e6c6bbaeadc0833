// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** Tells a database that cannot serve now from one that refuses what it is given: the first is waited for. */
public final class DatabaseAway {

    /** What Spring throws then. */
    public static final List<Class<? extends RuntimeException>> TYPES = List.of(
            TransientDataAccessException.class,
            RecoverableDataAccessException.class,
            // getting no connection is one of these
            DataAccessResourceFailureException.class,
            CannotCreateTransactionException.class,
            // commit or rollback on a connection that was lost; what the database refuses is translated
            TransactionSystemException.class);

    private DatabaseAway() {}

    /** Whether the exception itself, not its cause, says so. */
    public static boolean is(Throwable thrown) {
        return TYPES.stream().anyMatch(type -> type.isInstance(thrown))
                || (thrown instanceof UncategorizedSQLException other && isClosed(other.getSQLException()));
    }

    /** The pool closes a connection that was cut; the next statement on it is refused without an SQLSTATE. */
    private static boolean isClosed(@Nullable SQLException refused) {
        return refused != null && refused.getSQLState() == null && "Connection is closed".equals(refused.getMessage());
    }
}
