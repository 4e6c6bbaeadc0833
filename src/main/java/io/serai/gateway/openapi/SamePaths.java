// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.Paths;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.springdoc.core.customizers.OpenApiCustomizer;

/**
 * Joins paths that differ only in the names of their parameters, which OpenAPI takes for one path given twice.
 *
 * <p>The first keeps its names; a parameter that is called otherwise in another says so in its description.
 */
final class SamePaths implements OpenApiCustomizer {

    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");

    @Override
    public void customise(OpenAPI document) {
        var joined = new Paths();
        var firsts = new HashMap<String, String>();
        document.getPaths().forEach((path, item) -> {
            var first = firsts.computeIfAbsent(PARAMETER.matcher(path).replaceAll("{}"), shape -> path);
            var into = joined.computeIfAbsent(first, none -> new PathItem());
            var names = names(path, first);
            item.readOperationsMap().forEach((method, operation) -> {
                rename(operation, names);
                into.operation(method, operation);
            });
        });
        document.setPaths(joined);
    }

    private static Map<String, String> names(String path, String first) {
        var from = parameters(path);
        var to = parameters(first);
        var names = new HashMap<String, String>();
        for (int i = 0; i < from.size(); i++) {
            names.put(from.get(i), to.get(i));
        }
        return names;
    }

    private static List<String> parameters(String path) {
        return PARAMETER
                .matcher(path)
                .results()
                .map((MatchResult each) -> each.group(1))
                .toList();
    }

    private static void rename(Operation operation, Map<String, String> names) {
        if (operation.getParameters() == null) {
            return;
        }
        operation.getParameters().stream()
                .filter(parameter -> "path".equals(parameter.getIn()))
                .forEach(parameter -> {
                    var old = parameter.getName();
                    parameter.setName(names.getOrDefault(old, old));
                    if (parameter.getDescription() == null && !old.equals(parameter.getName())) {
                        parameter.setDescription(old);
                    }
                });
    }
}
