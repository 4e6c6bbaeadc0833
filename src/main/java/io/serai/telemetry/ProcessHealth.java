// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.health.AdditionalHealthEndpointPath;
import org.springframework.boot.actuate.health.HealthEndpointGroup;
import org.springframework.boot.actuate.health.HttpCodeStatusMapper;
import org.springframework.boot.actuate.health.StatusAggregator;

/**
 * {@code /actuator/health} without a group: only whether the process serves. Broker, database, disk and routes have groups
 * of their own, so that nobody restarts a hub because its broker is away.
 */
final class ProcessHealth implements HealthEndpointGroup {

    private static final Set<String> MEMBERS = Set.of("ping", "livenessState");

    private final HealthEndpointGroup everything;

    ProcessHealth(HealthEndpointGroup everything) {
        this.everything = everything;
    }

    @Override
    public boolean isMember(String name) {
        return MEMBERS.contains(name);
    }

    @Override
    public boolean showComponents(SecurityContext context) {
        return everything.showComponents(context);
    }

    @Override
    public boolean showDetails(SecurityContext context) {
        return everything.showDetails(context);
    }

    @Override
    public StatusAggregator getStatusAggregator() {
        return everything.getStatusAggregator();
    }

    @Override
    public HttpCodeStatusMapper getHttpCodeStatusMapper() {
        return everything.getHttpCodeStatusMapper();
    }

    @Override
    public @Nullable AdditionalHealthEndpointPath getAdditionalPath() {
        return everything.getAdditionalPath();
    }
}
