// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.PathParameter;
import io.swagger.v3.oas.models.parameters.RequestBody;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.HttpEndpointModel;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.model.rest.RestDefinition;
import org.apache.camel.model.rest.VerbDefinition;
import org.apache.camel.openapi.BeanConfig;
import org.apache.camel.openapi.RestOpenApiReader;
import org.springdoc.core.customizers.OpenApiCustomizer;

/**
 * Adds what routes serve at this moment: {@code rest:} as its files describe it, and the bare paths of routes that read
 * {@code platform-http:} themselves.
 */
final class RouteOperations implements OpenApiCustomizer {

    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{([^}]+)}");
    private static final String REST = "path";
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
        var schemas = new FileSchemas(routes, document);
        definitions()
                .forEach(rest -> rest.getVerbs().forEach(verb -> complete(document.getPaths(), rest, verb, schemas)));
        served().forEach(endpoint -> methods(endpoint)
                .forEach(method -> paths(endpoint)
                        .forEach(path ->
                                add(document.getPaths(), path, method, bare(endpoint, path, method, schemas)))));
    }

    private List<RestDefinition> definitions() {
        return routes.getCamelContextExtension().getContextPlugin(Model.class).getRestDefinitions();
    }

    /** Adds what the steps of the verb's route say, where the verb does not say it. */
    private void complete(Paths paths, RestDefinition rest, VerbDefinition verb, FileSchemas schemas) {
        var path = (rest.getPath() + "/" + Objects.requireNonNullElse(verb.getPath(), "")).replaceAll("/+", "/");
        var item = paths.get(path.length() > 1 ? path.replaceFirst("/$", "") : path);
        var to = verb.getTo();
        if (item == null || to == null) {
            return;
        }
        var operation =
                item.readOperationsMap().get(HttpMethod.valueOf(verb.asVerb().toUpperCase(Locale.ROOT)));
        if (operation == null) {
            return;
        }
        var way = RouteWay.from(routes, to.getEndpointUri());
        if (verb.getResponseMsgs().isEmpty()) {
            operation.setResponses(answers(way));
        }
        if (verb.getType() == null && takesBody(verb.asVerb())) {
            describe(operation, way, schemas);
        }
    }

    private static void describe(Operation operation, RouteWay way, FileSchemas schemas) {
        var schema = Optional.ofNullable(way.schema()).flatMap(schemas::refer);
        if (schema.isEmpty()) {
            return;
        }
        if (operation.getRequestBody() == null) {
            operation.setRequestBody(new RequestBody().required(true));
        }
        var body = operation.getRequestBody();
        if (body.getContent() == null || body.getContent().isEmpty()) {
            body.setContent(new Content().addMediaType("application/json", new MediaType()));
        }
        body.getContent().values().forEach(each -> each.setSchema(schema.get()));
    }

    private static ApiResponses answers(RouteWay way) {
        var answers = new ApiResponses();
        way.statuses()
                .forEach(status ->
                        answers.addApiResponse(status, new ApiResponse().description("What the route answers")));
        return answers;
    }

    private static boolean takesBody(String method) {
        return List.of("POST", "PUT", "PATCH").contains(method.toUpperCase(Locale.ROOT));
    }

    private OpenAPI describedByRoutes() {
        var config = new BeanConfig();
        config.setVersion("3.1");
        try {
            return Optional.ofNullable(new RestOpenApiReader()
                            .read(routes, definitions(), config, routes.getName(), routes.getClassResolver()))
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

    /** With {@code matchOnUriPrefix} also what is below the path, at any depth. */
    private static List<String> paths(HttpEndpointModel endpoint) {
        var path = endpoint.getUri();
        return isPrefix(endpoint) ? List.of(path, path.replaceFirst("/$", "") + "/{" + REST + "}") : List.of(path);
    }

    private static boolean isPrefix(HttpEndpointModel endpoint) {
        return endpoint.getConsumer() != null
                && endpoint.getConsumer().getEndpoint() instanceof PlatformHttpEndpoint http
                && http.isMatchOnUriPrefix();
    }

    private Operation bare(HttpEndpointModel endpoint, String path, HttpMethod method, FileSchemas schemas) {
        var operation = new Operation();
        PATH_PARAMETER.matcher(path).results().map(each -> each.group(1)).forEach(name -> {
            var parameter = new PathParameter().name(name).schema(new StringSchema());
            operation.addParametersItem(
                    name.equals(REST) && isPrefix(endpoint)
                            ? parameter.description("The rest of the path: any number of segments, / as it is")
                            : parameter);
        });
        var way = RouteWay.from(routes, "platform-http:" + endpoint.getUri());
        if (takesBody(method.name())) {
            describe(operation, way, schemas);
        }
        return operation.responses(answers(way));
    }

    private static void add(Paths paths, String path, HttpMethod method, Operation operation) {
        var item = paths.computeIfAbsent(path, none -> new PathItem());
        if (!item.readOperationsMap().containsKey(method)) {
            OperationNames.name(operation, method, path);
            item.operation(method, operation);
        }
    }
}
