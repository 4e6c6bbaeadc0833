// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.Report.Place;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * What a file holds that rules ask for, whichever language it is written in.
 *
 * @param texts all that Camel resolves placeholders in
 * @param templateParameters names that a template or kamelet of the file gives values to
 */
record RouteContent(
        RouteFile file,
        List<RouteUse> routes,
        List<Named> ids,
        List<EndpointUse> endpoints,
        List<Expression> expressions,
        List<Swallowing> swallowing,
        List<Branch> branches,
        List<Secret> constants,
        List<DataFormatUse> dataFormats,
        List<Step> steps,
        List<Recipients> recipients,
        List<Named> texts,
        List<String> templateParameters) {

    /**
     * A route.
     *
     * @param from null where it cannot be read
     * @param configuration names of the route configurations it takes; empty for those that hold for every route
     */
    record RouteUse(
            @Nullable String id,
            Place place,
            @Nullable EndpointUse from,
            @Nullable String configuration) {}

    /** A text and where it stands, such as an id that must be the only one of its name in the hub. */
    record Named(String id, Place place) {}

    /** An expression in a language; a predicate where it answers yes or no. */
    record Expression(String language, String text, boolean isPredicate, Place place) {}

    /**
     * Something that ends a failure: {@code handled}, {@code continued} or a dead-letter channel.
     *
     * @param what as it is written
     * @param configuration null where it holds for this file's routes, else the id of the route configuration it is part of,
     *     empty where that holds for every route
     */
    record Swallowing(String what, Place place, @Nullable String configuration) {}

    /** Steps under a condition. */
    record Branch(String kind, int steps, Place place) {}

    /** A value that is set by name. */
    record Secret(String name, String value, Place place) {}

    /**
     * A data format that a step names.
     *
     * @param name as in the DSL, such as {@code json}
     * @param library which of its implementations, such as {@code Gson}; null for the usual one
     */
    record DataFormatUse(String name, @Nullable String library, Place place) {}

    /** A step in YAML that is written with keys of its own. */
    record Step(String kind, MappingNode value, Place place) {}

    /** An expression that gives URIs to send to, or to read from. */
    record Recipients(String language, String text, Place place) {}

    static RouteContent empty(RouteFile file) {
        return new RouteContent(
                file,
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>());
    }

    static Place placeOf(Node node) {
        return Place.of(node);
    }
}
