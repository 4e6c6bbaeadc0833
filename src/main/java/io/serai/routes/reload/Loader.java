// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dsl.yaml.KameletRoutesBuilderLoader;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutesBuilderLoader;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceHelper;

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
            builder.addLifecycleInterceptor(new NamedAfterFile(unit.name()));
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
}
