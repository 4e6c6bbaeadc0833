// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import java.sql.SQLException;
import java.util.Set;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Tells a row the database will never take from a database that cannot serve now.
 *
 * <p>By SQLSTATE class: 22 data exception, 23 integrity constraint, 54 program limit. All else that a database says,
 * unknown codes included, is the database's own trouble and passes or is mended; a failure that is not the database's is
 * the event's.
 */
final class Refusal {

    private static final Set<String> OF_THE_ROW = Set.of("22", "23", "54");

    private Refusal() {}

    static boolean isOfTheRow(RuntimeException failure) {
        if (!(failure instanceof DataAccessException) && !(failure instanceof TransactionException)) {
            return true;
        }
        return NestedExceptionUtils.getMostSpecificCause(failure) instanceof SQLException cause && isOfTheRow(cause);
    }

    private static boolean isOfTheRow(SQLException failure) {
        for (SQLException each = failure; each != null; each = each.getNextException()) {
            var state = each.getSQLState();
            if (state != null && state.length() == 5 && OF_THE_ROW.contains(state.substring(0, 2))) {
                return true;
            }
        }
        return false;
    }
}
