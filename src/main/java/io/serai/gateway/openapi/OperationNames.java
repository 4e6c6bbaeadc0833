// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.util.StringUtils;

/**
 * Names and groups what a controller serves by its path, which is stable, instead of by its class.
 *
 * <p>{@code GET /api/routes/{route}} is {@code getRoutesByRoute} of the group {@code routes}.
 */
final class OperationNames implements OpenApiCustomizer {

    @Override
    public void customise(OpenAPI document) {
        document.getPaths()
                .forEach((path, item) ->
                        item.readOperationsMap().forEach((method, operation) -> name(operation, method, path)));
        // springdoc listed the classes
        document.setTags(null);
    }

    static void name(Operation operation, HttpMethod method, String path) {
        operation.setOperationId(method.name().toLowerCase(Locale.ROOT)
                + Arrays.stream(path.replaceFirst("^/(api/)?", "").split("/", -1))
                        .map(OperationNames::word)
                        .collect(Collectors.joining()));
        operation.setTags(List.of(group(path)));
        if (operation.getSummary() == null) {
            operation.setSummary(method + " " + path);
        }
    }

    /** {@code events} for {@code /api/events/{id}}. */
    private static String group(String path) {
        return path.replaceFirst("^/(?:api/)?([^/]*).*", "$1");
    }

    private static String word(String part) {
        return part.startsWith("{")
                ? "By" + StringUtils.capitalize(part.substring(1, part.length() - 1))
                : StringUtils.capitalize(part);
    }
}
