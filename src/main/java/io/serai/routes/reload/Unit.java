// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.Set;

/**
 * A part of a route file that is started, stopped and replaced by itself.
 *
 * @param path of its file below the routes folder
 * @param key unique in its file, and the same after an edit: the id where it has one
 * @param name id for what the author left nameless, unique over all files that are named as they should
 * @param line of its beginning, from 1
 * @param text what Camel reads: the file with everything else blanked out, so that lines are the file's
 * @param canonical the same without comments, layout and place; compared to find out whether it has changed
 * @param provides names that other units may refer to
 */
record Unit(
        String path,
        Kind kind,
        String key,
        String name,
        int line,
        String text,
        String canonical,
        Set<String> provides) {

    /** Which unit it is, over all files. */
    record Id(String path, Kind kind, String key) {}

    Id id() {
        return new Id(path, kind, key);
    }

    boolean isYaml() {
        return kind != Kind.JAVA && kind != Kind.RESOURCE;
    }
}
