// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.util.Arrays;

/**
 * A file of the routes folder as it is, or as it would be after a change.
 *
 * @param path below the routes folder, separated by {@code /}
 * @param content UTF-8 where it is a route
 */
@SuppressWarnings("ArrayRecordComponent") // equals below
public record RouteFile(String path, byte[] content) {

    public boolean isYaml() {
        return path.endsWith(".yaml") || path.endsWith(".yml");
    }

    public boolean isJava() {
        return path.endsWith(".java");
    }

    /** File name without folder and endings: {@code store-order} of {@code orders/store-order.camel.yaml}. */
    public String name() {
        var file = path.substring(path.lastIndexOf('/') + 1);
        var dot = file.indexOf('.');
        return dot < 0 ? file : file.substring(0, dot);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RouteFile that && path.equals(that.path) && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return 31 * path.hashCode() + Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return path + " (" + content.length + " bytes)";
    }
}
