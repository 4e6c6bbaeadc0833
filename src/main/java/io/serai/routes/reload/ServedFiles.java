// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.RouteFile;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.impl.engine.DefaultResourceLoader;
import org.apache.camel.impl.engine.DefaultResourceResolvers.FileResolver;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;

/**
 * Serves routes the schemas, contracts and templates of the routes folder as they run, not as they are on the disk: where a
 * bad one was saved, the routes that are put back find the last good one. Files elsewhere are read as ever. Thread-safe.
 */
final class ServedFiles extends FileResolver {

    /** Found by Camel in the registry. */
    static final String NAME = DefaultResourceLoader.RESOURCE_LOADER_KEY_PREFIX + "file";

    private final Path directory;
    private volatile Map<String, RouteFile> files = Map.of();

    ServedFiles(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
    }

    void serve(State state) {
        files = state.files();
    }

    @Override
    public Resource createResource(String location, String remaining) {
        var file = find(remaining);
        return file == null ? super.createResource(location, remaining) : ResourceHelper.fromBytes(location, file);
    }

    private byte @Nullable [] find(String name) {
        try {
            var path = Path.of(name).toAbsolutePath().normalize();
            var file = path.startsWith(directory)
                    ? files.get(directory.relativize(path).toString().replace('\\', '/'))
                    : null;
            return file == null ? null : file.content();
        } catch (InvalidPathException notOurs) {
            return null;
        }
    }
}
