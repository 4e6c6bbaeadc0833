// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import java.util.Collection;
import java.util.List;

/** Reads files before anything of them is tried; an error among its findings refuses its file. */
@FunctionalInterface
public interface Lint {

    List<Finding> lint(Collection<RouteFile> changed, Collection<RouteFile> all);
}
