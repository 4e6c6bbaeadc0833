// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import io.serai.message.Conflict;
import java.nio.file.Path;

/** A second hub was started on the data directory of a running one. */
final class DataDirectoryInUse extends Conflict {

    DataDirectoryInUse(Path directory, String holder) {
        super("locking data directory " + directory + ": another hub (" + holder
                + ") is using it, stop that one or give this one its own by serai.embedded.data");
    }
}
