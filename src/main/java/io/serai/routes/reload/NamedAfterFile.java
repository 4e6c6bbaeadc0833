// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.List;
import java.util.function.BiConsumer;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.model.rest.RestDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Names after their file what the author left without an id, so that an edit elsewhere does not rename it, and keeps
 * the error handling as it is for routes that are there before Camel starts.
 */
public final class NamedAfterFile implements RouteBuilderLifecycleStrategy {

    private final String file;

    /** @param file name of the file, without folder and endings */
    public NamedAfterFile(String file) {
        this.file = file;
    }

    @Override
    public void beforeConfigure(RouteBuilder builder) {
        // The context's own is found when the route is made. Set here, it would come before a routeConfiguration's.
        builder.getRouteCollection().setErrorHandlerFactory(null);
        builder.getRouteTemplateCollection().setErrorHandlerFactory(null);
    }

    @Override
    public void afterConfigure(RouteBuilder builder) {
        name(builder.getRouteCollection().getRoutes(), RouteDefinition::getId, RouteDefinition::setId);
        name(
                builder.getTemplatedRouteCollection().getTemplatedRoutes(),
                TemplatedRouteDefinition::getRouteId,
                TemplatedRouteDefinition::setRouteId);
        builder.getRestCollection().getRests().forEach(this::name);
    }

    private void name(RestDefinition rest) {
        name(
                rest.getVerbs(),
                verb -> verb.getRouteId() == null ? verb.getId() : verb.getRouteId(),
                (verb, id) -> verb.setRouteId(id + "-" + verb.asVerb()));
        var contract = rest.getOpenApi();
        if (contract != null && contract.getRouteId() == null) {
            contract.setRouteId(file);
        }
    }

    private interface Id<T> {
        @Nullable
        String of(T definition);
    }

    private <T> void name(List<T> definitions, Id<T> id, BiConsumer<T, String> name) {
        for (int i = 0; i < definitions.size(); i++) {
            if (id.of(definitions.get(i)) == null) {
                name.accept(definitions.get(i), file + (i == 0 ? "" : "-" + (i + 1)));
            }
        }
    }
}
