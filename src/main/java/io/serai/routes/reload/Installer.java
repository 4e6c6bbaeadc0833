// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.component.bean.BeanEndpoint;
import org.apache.camel.component.kamelet.KameletEndpoint;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.rest.VerbDefinition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Adds units to a Camel context and takes them out again, leaving nothing behind. Not thread-safe. */
final class Installer {

    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);

    private final CamelContext context;
    private final Model model;
    private final Loader loader;
    private final Clock clock;
    private final Stamp stamp = new Stamp();

    Installer(CamelContext context, Loader loader, Clock clock) {
        this.context = context;
        this.model = context.getCamelContextExtension().getContextPlugin(Model.class);
        this.loader = loader;
        this.clock = clock;
        context.addRoutePolicyFactory(stamp);
    }

    /**
     * Loads the unit, and starts its routes where the context runs. Where that fails, nothing of the unit is left.
     *
     * @throws Broken with the place as near as can be told
     */
    Installed add(Unit unit, Set<Unit> needed, String fingerprint, String fileHash) throws Broken {
        var builders = new ArrayList<RouteBuilder>();
        stamp.of(fileHash);
        try {
            if (unit.kind() != Kind.RESOURCE) {
                builders.addAll(loader.load(unit, needed));
            }
            for (var builder : builders) {
                add(builder);
            }
            return installed(unit, builders, fingerprint, fileHash);
        } catch (Exception | LinkageError refused) {
            remove(installed(unit, builders, fingerprint, fileHash));
            throw Place.of(unit, refused);
        } finally {
            stamp.of("");
        }
    }

    private void add(RouteBuilder builder) throws Exception {
        if (builder instanceof RouteConfigurationBuilder configurations) {
            configurations.addRouteConfigurationsToCamelContext(context);
        }
        // runs the builder; then it is known what it would add
        var routes = builder.configureRoutes(context);
        var rests = builder.configureRests(context);
        var ids = Stream.concat(
                        routes.getRoutes().stream().map(RouteDefinition::getId),
                        rests.getRests().stream()
                                .flatMap(rest -> rest.getVerbs().stream())
                                .map(Installer::routeId))
                .filter(Objects::nonNull)
                .toList();
        for (var id : ids) {
            // Camel would replace the other without a word
            if (model.getRouteDefinition(id) != null || ids.indexOf(id) != ids.lastIndexOf(id)) {
                builder.getRouteCollection().getRoutes().clear();
                rests.getRests().clear();
                throw new IllegalArgumentException("there is another route with the id " + id);
            }
        }
        builder.addRoutesToCamelContext(context);
        builder.addTemplatedRoutesToCamelContext(context);
    }

    private static @Nullable String routeId(VerbDefinition verb) {
        return verb.getRouteId() == null ? verb.getId() : verb.getRouteId();
    }

    private Installed installed(Unit unit, List<RouteBuilder> builders, String fingerprint, String fileHash) {
        return new Installed(
                unit,
                fingerprint,
                fileHash,
                clock.instant(),
                builders.stream().flatMap(Installer::routeIds).toList(),
                builders.stream()
                        .flatMap(builder -> builder.getRestCollection().getRests().stream())
                        .toList(),
                builders.stream()
                        .flatMap(builder -> builder.getRouteTemplateCollection().getRouteTemplates().stream())
                        .toList(),
                builders.stream()
                        .filter(RouteConfigurationBuilder.class::isInstance)
                        .map(RouteConfigurationBuilder.class::cast)
                        .flatMap(builder -> builder.getRouteConfigurationCollection().getRouteConfigurations().stream())
                        .toList(),
                unit.kind() == Kind.BEANS || unit.kind() == Kind.JAVA || unit.kind() == Kind.WHOLE
                        ? unit.provides()
                        : Set.of());
    }

    private static Stream<String> routeIds(RouteBuilder builder) {
        return Stream.concat(
                        builder.getRouteCollection().getRoutes().stream().map(RouteDefinition::getId),
                        builder.getTemplatedRouteCollection().getTemplatedRoutes().stream()
                                .map(route -> route.getRouteId()))
                .filter(Objects::nonNull);
    }

    /** Stops and removes all of it; what cannot be removed is logged, so that the rest is. */
    void remove(Installed installed) {
        for (var id : installed.routeIds()) {
            attempt("route " + id, () -> removeRoute(id));
        }
        installed.templates().forEach(template -> removeUses(template.getId()));
        removeSame(model.getRestDefinitions(), installed.rests());
        removeSame(model.getRouteTemplateDefinitions(), installed.templates());
        // by identity: Camel's own removal gives ids to those that have none, which are then global no longer
        removeSame(model.getRouteConfigurationDefinitions(), installed.configurations());
        for (var name : installed.beans()) {
            attempt("bean " + name, () -> context.getRegistry().unbind(name));
            model.getCustomBeans().removeIf(bean -> name.equals(bean.getName()));
        }
        if (!installed.beans().isEmpty()) {
            RenewedSimple.forget(context);
            context.getEndpoints().stream()
                    .filter(each -> each instanceof BeanEndpoint endpoint
                            && installed.beans().contains(endpoint.getBeanName()))
                    .forEach(each -> attempt("endpoint " + each, () -> context.removeEndpoint(each)));
        }
        attempt("classes", () -> loader.forget(installed.unit()));
    }

    /** With the routes that its kamelets stand for. */
    private void removeRoute(String id) throws Exception {
        var definition = model.getRouteDefinition(id);
        var parts = model.getRouteDefinitions().stream()
                .filter(each -> each.getTemplateParameters() != null
                        && id.equals(each.getTemplateParameters().get("parentRouteId")))
                .toList();
        if (definition != null) {
            model.removeRouteDefinition(definition);
        }
        removeEndpoints(endpoint -> id.equals(endpoint.getRouteId()));
        for (var part : parts) {
            removeRoute(part.getId());
        }
    }

    /** Routes that {@code kamelet:} endpoints have made of a template, those of dynamic endpoints too, which have no parent. */
    private void removeUses(String template) {
        model.getRouteDefinitions().stream()
                .filter(each -> each.getTemplateParameters() != null
                        && template.equals(each.getTemplateParameters().get("templateId")))
                .map(RouteDefinition::getId)
                .toList()
                .forEach(id -> attempt("route " + id, () -> removeRoute(id)));
        removeEndpoints(endpoint -> template.equals(endpoint.getTemplateId()));
    }

    /** Camel would give the next user the endpoint whose route is gone, instead of making one with a route. */
    private void removeEndpoints(Predicate<KameletEndpoint> gone) {
        context.getEndpoints().stream()
                .filter(each -> each instanceof KameletEndpoint endpoint && gone.test(endpoint))
                .forEach(each -> attempt("endpoint " + each, () -> context.removeEndpoint(each)));
    }

    private static <T> void removeSame(List<T> from, List<T> gone) {
        from.removeIf(each -> gone.stream().anyMatch(other -> other == each));
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void attempt(String what, Step step) {
        try {
            step.run();
        } catch (Exception stays) {
            LOG.error("removing {} failed; it may be there until the hub starts again", what, stays);
        }
    }
}
