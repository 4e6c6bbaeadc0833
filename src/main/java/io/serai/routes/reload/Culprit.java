// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.jspecify.annotations.Nullable;

/** Finds the unit for which a Camel context did not start. */
final class Culprit {

    private Culprit() {}

    /**
     * The unit whose route Camel names last; of a route that a kamelet or template stands for, that template.
     *
     * @param made all units of the context, at least one
     */
    static Unit of(CamelContext context, Throwable refused, List<Installed> made) {
        var model = context.getCamelContextExtension().getContextPlugin(Model.class);
        return causes(refused)
                .map(Culprit::routeId)
                .filter(Objects::nonNull)
                .map(id -> maker(id, model.getRouteDefinition(id), made))
                .flatMap(Optional::stream)
                .reduce((outer, inner) -> inner)
                .orElseGet(() -> mentioned(refused, made));
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).limit(20);
    }

    private static @Nullable String routeId(Throwable thrown) {
        if (thrown instanceof FailedToCreateRouteException created) {
            return created.getRouteId();
        }
        return thrown instanceof FailedToStartRouteException started ? started.getRouteId() : null;
    }

    private static Optional<Unit> maker(String id, @Nullable RouteDefinition route, List<Installed> made) {
        var parameters = route == null ? null : route.getTemplateParameters();
        var template = parameters == null ? null : parameters.get("templateId");
        return made.stream()
                .filter(each -> each.routeIds().contains(id)
                        || each.templates().stream().anyMatch(one -> one.getId().equals(template)))
                .map(Installed::unit)
                .findFirst();
    }

    /** A name of a whole file's unit is no word of its own. */
    private static Unit mentioned(Throwable refused, List<Installed> made) {
        var text =
                causes(refused).map(each -> String.valueOf(each.getMessage())).collect(Collectors.joining("\n"));
        var starting = made.stream()
                .map(Installed::unit)
                .filter(each -> each.kind().compareTo(Kind.TEMPLATE) > 0)
                .toList();
        return starting.stream()
                .filter(each -> Stream.of(each.key(), each.name())
                        .filter(name -> !name.equals(Units.WHOLE_FILE))
                        .anyMatch(name -> Fingerprints.mentions(text, name)))
                .findFirst()
                .or(() -> starting.stream().reduce((one, next) -> next))
                .orElseGet(() -> made.get(made.size() - 1).unit());
    }
}
