// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.rest.RestDefinition;

/**
 * A unit that runs, and all that Camel has made of it.
 *
 * @param fingerprint of the unit and what it needed when it was started
 * @param fileHash of the file it was read from: the version of its routes
 */
record Installed(
        Unit unit,
        String fingerprint,
        String fileHash,
        Instant since,
        List<String> routeIds,
        List<RestDefinition> rests,
        List<RouteTemplateDefinition> templates,
        List<RouteConfigurationDefinition> configurations,
        Set<String> beans) {}
