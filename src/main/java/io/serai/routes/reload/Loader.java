// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteBuilderLifecycleStrategy;
import org.apache.camel.dsl.yaml.KameletRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.TemplatedRouteDefinition;
import org.apache.camel.model.rest.RestDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutesBuilderLoader;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/** Turns the text of units into Camel's builders, in one Camel context. Not thread-safe. */
final class Loader {

    private final CamelContext context;
    private final Path directory;
    private final JavaLoader java;

    Loader(CamelContext context, Path directory, JavaLoader.Compiled compiled) {
        this.context = context;
        this.directory = directory;
        this.java = started(new JavaLoader(compiled));
    }

    /**
     * What Camel makes of the unit; not yet configured.
     *
     * @param needed units whose classes a Java unit may use
     */
    List<RouteBuilder> load(Unit unit, Set<Unit> needed) throws Exception {
        var builders = unit.kind() == Kind.JAVA ? java(unit, needed) : List.of(yaml(unit));
        for (var builder : builders) {
            builder.setResource(resource(unit));
            builder.addLifecycleInterceptor(new Naming(unit));
        }
        return builders;
    }

    /** Lets go of classes that no unit has any longer. */
    void forget(Unit unit) {
        if (unit.kind() == Kind.JAVA) {
            java.forget(className(unit));
        }
    }

    private RouteBuilder yaml(Unit unit) throws Exception {
        // a loader of its own for each: Camel's remembers the beans it has made, and after a failure takes them for
        // made
        var loader = started(
                unit.path().endsWith(".kamelet.yaml")
                        ? new KameletRoutesBuilderLoader()
                        : new YamlRoutesBuilderLoader());
        return (RouteBuilder) loader.loadRoutesBuilder(resource(unit));
    }

    private List<RouteBuilder> java(Unit unit, Set<Unit> needed) throws Exception {
        var sources = new ArrayList<Resource>();
        sources.add(resource(unit));
        needed.stream()
                .filter(each -> each.kind() == Kind.JAVA)
                .map(this::resource)
                .forEach(sources::add);
        var name = className(unit);
        return ((Collection<?>) java.loadRoutesBuilders(sources))
                .stream()
                        .map(RouteBuilder.class::cast)
                        .filter(each -> each.getClass().getName().equals(name)
                                || each.getClass().getName().startsWith(name + "$"))
                        .toList();
    }

    private String className(Unit unit) {
        try {
            return JavaLoader.className(resource(unit), unit.text());
        } catch (Exception unreadable) {
            throw new IllegalStateException("reading class name of " + unit.path(), unreadable);
        }
    }

    private Resource resource(Unit unit) {
        var location = "file:" + directory.resolve(unit.path());
        return ResourceHelper.fromBytes(location, unit.text().getBytes(StandardCharsets.UTF_8));
    }

    private <T extends RoutesBuilderLoader> T started(T loader) {
        loader.setCamelContext(context);
        ServiceHelper.startService(loader);
        return loader;
    }

    /**
     * Names after their file what the author left without an id, so that an edit elsewhere does not rename it, and keeps
     * the error handling as it is for routes that are there before Camel starts.
     */
    private static final class Naming implements RouteBuilderLifecycleStrategy {

        private final Unit unit;

        Naming(Unit unit) {
            this.unit = unit;
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
                contract.setRouteId(unit.name());
            }
        }

        private interface Id<T> {
            @Nullable
            String of(T definition);
        }

        private <T> void name(List<T> definitions, Id<T> id, BiConsumer<T, String> name) {
            for (int i = 0; i < definitions.size(); i++) {
                if (id.of(definitions.get(i)) == null) {
                    name.accept(definitions.get(i), unit.name() + (i == 0 ? "" : "-" + (i + 1)));
                }
            }
        }
    }
}
