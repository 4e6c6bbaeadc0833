// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.RouteFile;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Files that were written together.
 *
 * @param files by path; empty where the file is gone
 */
public record Changes(Map<String, Optional<RouteFile>> files) {

    public static Changes of(RouteFile file) {
        return new Changes(Map.of(file.path(), Optional.of(file)));
    }

    public static Changes removal(String path) {
        return new Changes(Map.of(path, Optional.empty()));
    }

    /** What leads from one set of files to the other. */
    static Changes between(Map<String, RouteFile> old, Map<String, RouteFile> now) {
        var changed = new TreeMap<String, Optional<RouteFile>>();
        old.keySet().forEach(path -> {
            if (!now.containsKey(path)) {
                changed.put(path, Optional.empty());
            }
        });
        now.forEach((path, file) -> {
            if (!file.equals(old.get(path))) {
                changed.put(path, Optional.of(file));
            }
        });
        return new Changes(changed);
    }

    Changes without(Collection<String> paths) {
        var rest = new TreeMap<>(files);
        rest.keySet().removeAll(Set.copyOf(paths));
        return new Changes(rest);
    }

    /** Both; of a path that is in both, this one's. */
    public Changes and(Changes others) {
        var both = new TreeMap<>(others.files);
        both.putAll(files);
        return new Changes(both);
    }

    Changes only(Collection<String> paths) {
        var some = new TreeMap<>(files);
        some.keySet().retainAll(Set.copyOf(paths));
        return new Changes(some);
    }

    public boolean isRemoval(String path) {
        return files.containsKey(path) && files.get(path).isEmpty();
    }

    boolean isEmpty() {
        return files.isEmpty();
    }
}
