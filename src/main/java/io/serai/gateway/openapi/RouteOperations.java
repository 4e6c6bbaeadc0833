// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.PathParameter;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.HttpEndpointModel;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.model.Model;
import org.apache.camel.openapi.BeanConfig;
import org.apache.camel.openapi.RestOpenApiReader;
import org.springdoc.core.customizers.OpenApiCustomizer;

/**
 * Adds what routes serve at this moment: {@code rest:} as its files describe it, and the bare paths of routes that read
 * {@code platform-http:} themselves.
 */
final class RouteOperations implements OpenApiCustomizer {

    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{([^}]+)}");
    private static final List<String> DESCRIBED =
            Arrays.stream(HttpMethod.values()).map(HttpMethod::name).toList();

    private final CamelContext routes;

    RouteOperations(CamelContext routes) {
        this.routes = routes;
    }

    @Override
    public void customise(OpenAPI document) {
        var described = describedByRoutes();
        if (described.getPaths() != null) {
            described
                    .getPaths()
                    .forEach((path, item) -> item.readOperationsMap()
                            .forEach((method, operation) -> add(document.getPaths(), path, method, operation)));
        }
        if (described.getComponents() != null && described.getComponents().getSchemas() != null) {
            described.getComponents().getSchemas().forEach(document.getComponents()::addSchemas);
        }
        served().forEach(endpoint -> methods(endpoint)
                .forEach(method -> add(document.getPaths(), endpoint.getUri(), method, bare(endpoint))));
    }

    private OpenAPI describedByRoutes() {
        var definitions =
                routes.getCamelContextExtension().getContextPlugin(Model.class).getRestDefinitions();
        var config = new BeanConfig();
        config.setVersion("3.1");
        try {
            return Optional.ofNullable(new RestOpenApiReader()
                            .read(routes, definitions, config, routes.getName(), routes.getClassResolver()))
                    .orElseGet(OpenAPI::new);
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("describing REST routes: a type they name is not there", e);
        }
    }

    private Stream<HttpEndpointModel> served() {
        return routes.hasComponent("platform-http") instanceof PlatformHttpComponent http
                ? http.getHttpEndpoints().stream()
                : Stream.empty();
    }

    private static Stream<HttpMethod> methods(HttpEndpointModel endpoint) {
        var verbs = endpoint.getVerbs();
        return (verbs == null
                        ? DESCRIBED.stream()
                        : Arrays.stream(verbs.toUpperCase(Locale.ROOT).split(",")))
                .filter(DESCRIBED::contains)
                .map(HttpMethod::valueOf);
    }

    private static Operation bare(HttpEndpointModel endpoint) {
        var operation = new Operation();
        PATH_PARAMETER
                .matcher(endpoint.getUri())
                .results()
                .forEach(each -> operation.addParametersItem(
                        new PathParameter().name(each.group(1)).schema(new StringSchema())));
        return operation.responses(
                new ApiResponses().addApiResponse("200", new ApiResponse().description("What the route answers")));
    }

    private static void add(Paths paths, String path, HttpMethod method, Operation operation) {
        var item = paths.computeIfAbsent(path, none -> new PathItem());
        if (!item.readOperationsMap().containsKey(method)) {
            OperationNames.name(operation, method, path);
            item.operation(method, operation);
        }
    }
}
