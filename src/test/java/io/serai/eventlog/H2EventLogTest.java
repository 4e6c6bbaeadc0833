// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import org.junit.jupiter.api.AfterAll;

/** In memory, so no I/O. */
class H2EventLogTest extends EventLogContract {

    private static final LogDatabase DATABASE = LogDatabase.h2("eventlog");

    @Override
    LogDatabase database() {
        return DATABASE;
    }

    @AfterAll
    static void close() {
        DATABASE.close();
    }
}
