// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.RouteFile;
import java.util.Map;

/** Remembers what became of files, beyond this run of the hub. */
public interface Journal {

    /** Who wrote to the folder is not known. */
    String FOLDER = "file";

    /** Remembers nothing. */
    Journal NONE = new Journal() {
        @Override
        public Map<String, RouteFile> lastGood() {
            return Map.of();
        }

        @Override
        public void applied(Changes changes, Outcome outcome, String author, String note) {}
    };

    /** The content of each file that this or another hub ran last, by path. */
    Map<String, RouteFile> lastGood();

    /**
     * Called once for each change, after it. Must not throw: the routes run already. Says in the log what is mended.
     *
     * @param author {@link #FOLDER} where the change was found in the folder
     */
    void applied(Changes changes, Outcome outcome, String author, String note);
}
