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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.util.StringUtils;

/**
 * Joins paths that differ only in the names of their parameters, which OpenAPI takes for one path given twice.
 *
 * <p>A parameter that is called otherwise in another is called after all: {@code /api/events/{eventOrType}}. Its description
 * says what each operation calls it.
 */
final class SamePaths implements OpenApiCustomizer {

    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]+)}");

    @Override
    public void customise(OpenAPI document) {
        var names = new HashMap<String, String>();
        document.getPaths().keySet().forEach(path -> names.merge(shape(path), path, SamePaths::joined));
        var joined = new Paths();
        document.getPaths().forEach((path, item) -> {
            var name = names.getOrDefault(shape(path), path);
            var into = joined.computeIfAbsent(name, none -> new PathItem());
            var renamed = names(path, name);
            item.readOperationsMap().forEach((method, operation) -> {
                rename(operation, renamed);
                into.operation(method, operation);
            });
        });
        document.setPaths(joined);
    }

    private static String shape(String path) {
        return PARAMETER.matcher(path).replaceAll("{}");
    }

    /** {@code /api/events/{eventOrType}} of {@code /api/events/{type}} and {@code /api/events/{event}}. */
    private static String joined(String path, String other) {
        var others = parameters(other).iterator();
        return PARAMETER.matcher(path).replaceAll(each -> {
            var name = each.group(1);
            var otherName = others.next();
            return name.equals(otherName)
                    ? each.group()
                    : Stream.of(name, otherName)
                            .sorted()
                            .collect(Collectors.collectingAndThen(
                                    Collectors.toList(),
                                    both -> "{" + both.get(0) + "Or" + StringUtils.capitalize(both.get(1)) + "}"));
        });
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
