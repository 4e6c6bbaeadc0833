// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.tables;

import io.serai.routes.lint.RouteFile;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

/** Gives Flyway the scripts that were read, which the folder may hold otherwise by now. */
record Scripts(List<RouteFile> files) implements ResourceProvider {

    @Override
    @SuppressWarnings("NullAway") // how a provider says that it does not know
    public @Nullable LoadableResource getResource(String name) {
        return files.stream()
                .filter(file -> file.path().equals(name))
                .findFirst()
                .map(Script::new)
                .orElse(null);
    }

    @Override
    public Collection<LoadableResource> getResources(String prefix, String[] suffixes) {
        return files.stream()
                .<LoadableResource>map(Script::new)
                .filter(script -> script.getFilename().startsWith(prefix)
                        && Stream.of(suffixes).anyMatch(script.getFilename()::endsWith))
                .toList();
    }

    private static final class Script extends LoadableResource {

        private final RouteFile file;

        Script(RouteFile file) {
            this.file = file;
        }

        @Override
        public Reader read() {
            return new StringReader(new String(file.content(), StandardCharsets.UTF_8));
        }

        @Override
        public String getAbsolutePath() {
            return file.path();
        }

        @Override
        public String getAbsolutePathOnDisk() {
            return file.path();
        }

        @Override
        public String getRelativePath() {
            return file.path();
        }

        @Override
        public String getFilename() {
            return file.path().substring(file.path().lastIndexOf('/') + 1);
        }
    }
}
