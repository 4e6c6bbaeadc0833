// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import io.serai.bus.component.FailedAt;
import io.serai.bus.component.RecordedEvents;
import io.serai.routes.HubBeans;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.reload.NamedAfterFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;
import org.apache.camel.NamedRoute;
import org.apache.camel.Route;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.file.FileComponent;
import org.apache.camel.component.file.GenericFileConsumer;
import org.apache.camel.component.file.GenericFileEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.PropertyConfigurer;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.RoutePolicySupport;
import org.apache.camel.support.SimpleRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/**
 * A Camel for one case: the routes of the files under test, nothing that reaches beyond it, and a way in.
 *
 * <p>Routes that read from elsewhere read from {@code direct:} instead; {@code event:} and {@code file:} are played, the
 * latter in a folder of the case's own. Route configurations of the folder are there, as in the hub.
 */
final class Bench implements AutoCloseable {

    /** What the routes have besides the hub's beans. */
    record Setting(
            HubBeans hub,
            Map<String, Object> own,
            RecordedEvents events,
            PropertiesSource properties,
            Configure configure) {}

    /** Makes a Camel as the hub's own is: error handler, converters. */
    interface Configure {
        void apply(DefaultCamelContext camel);
    }

    /** What the cases of a file are about. */
    record Sources(List<Resource> routes, List<Resource> configurations) {}

    private static final String FILE = "file";
    private static final Set<String> KEPT = Set.of("direct", "seda", "event", FILE);
    private static final String ENTRY = "direct:route-test-";

    private final DefaultCamelContext camel;
    private final RecordedEvents events;
    private final Traffic traffic;
    private final Path folder;
    /** URI a route begins with in the hub, by its id. */
    private final Map<String, String> origins = new HashMap<>();

    private final Map<String, String> entries = new HashMap<>();
    private final List<Throwable> failedFiles = new CopyOnWriteArrayList<>();

    Bench(Setting setting, RouteTest test, Sources sources, Content content) throws Exception {
        folder = Files.createTempDirectory("serai-route-test-");
        camel = new DefaultCamelContext(registry(setting, test));
        events = setting.events();
        traffic = new Traffic(camel, test.mocks(), content);
        try {
            setUp(setting, test, sources);
        } catch (Exception | LinkageError unusable) {
            close();
            throw unusable;
        }
    }

    private void setUp(Setting setting, RouteTest test, Sources sources) throws Exception {
        camel.setSourceLocationEnabled(true);
        camel.getShutdownStrategy().setTimeout(1);
        camel.getShutdownStrategy().setSuppressLoggingOnTimeout(true);
        setting.configure().apply(camel);
        camel.getPropertiesComponent().addPropertiesSource(setting.properties());
        test.given().properties().forEach(camel.getPropertiesComponent()::addOverrideProperty);
        camel.addComponent("event", events);
        camel.addComponent("failure", events.failures());
        camel.addComponent("file", new OwnFolder(folder));
        camel.getCamelContextExtension().registerEndpointCallback(traffic);
        RecordedEvents.withoutParking(camel, id -> origins.getOrDefault(id, ""));
        camel.addRoutePolicyFactory((context, id, route) -> new NoteFailedFiles());
        load(sources);
        var model = camel.getCamelContextExtension().getContextPlugin(Model.class);
        // what is behind a path is entered by its route's id
        model.getRestDefinitions().clear();
        model.getRouteDefinitions()
                .removeIf(route -> route.getInput().getEndpointUri().startsWith("rest:"));
        var first = model.getRouteDefinitions().isEmpty()
                ? null
                : model.getRouteDefinitions().get(0).getRouteId();
        var given = test.given();
        var isMessage = given.files().isEmpty() && given.events().isEmpty();
        var at = given.at() == null && isMessage ? first : given.at();
        model.getRouteDefinitions().forEach(route -> turn(route, Objects.equals(route.getRouteId(), at)));
        camel.start();
    }

    /** As the hub does: configurations of all files before any route, and nothing without a name. */
    private void load(Sources sources) throws Exception {
        var loader = PluginHelper.getRoutesLoader(camel);
        var builders = loader.findRoutesBuilders(sources.routes());
        var configurations = new ArrayList<>(builders);
        configurations.addAll(loader.findRoutesBuilders(sources.configurations()));
        for (var builder : configurations) {
            if (builder instanceof RouteConfigurationsBuilder all) {
                camel.addRoutesConfigurations(all);
            }
        }
        for (var builder : builders) {
            if (builder instanceof RouteBuilder routes && routes.getResource() != null) {
                var file = new RouteFile(routes.getResource().getLocation(), new byte[0]);
                routes.addLifecycleInterceptor(new NamedAfterFile(file.name()));
            }
            camel.addRoutes(builder);
            camel.addTemplatedRoutes(builder);
        }
    }

    private static DefaultRegistry registry(Setting setting, RouteTest test) {
        var own = new SimpleRegistry();
        setting.own().forEach(own::bind);
        test.given().beans().forEach(own::bind);
        return new DefaultRegistry(own, setting.hub());
    }

    /** Gives a route an entry of the test's where it reads from another system. */
    private void turn(RouteDefinition route, boolean isEntered) {
        var uri = camel.resolvePropertyPlaceholders(route.getInput().getEndpointUri());
        var scheme = uri.substring(0, Math.max(0, uri.indexOf(':')));
        origins.put(route.getRouteId(), uri);
        if (KEPT.contains(scheme) && !(scheme.equals(FILE) && isEntered)) {
            entries.put(route.getRouteId(), uri);
        } else {
            var entry = ENTRY + route.getRouteId();
            route.getInput().setUri(entry);
            entries.put(route.getRouteId(), entry);
        }
    }

    /** The ids of the routes, in the order of their files. */
    List<String> routeIds() {
        return camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                .map(NamedRoute::getRouteId)
                .toList();
    }

    /** Runs a route on a message; null where there is none of this id that can be entered so. */
    @Nullable
    Exchange send(String routeId, @Nullable Object body, Map<String, Object> headers) {
        var entry = entries.get(routeId);
        if (entry == null || entry.startsWith("event:") || entry.startsWith("file:")) {
            return null;
        }
        var message = camel.createFluentProducerTemplate().to(entry).withBody(body);
        headers.forEach(message::withHeader);
        return message.send();
    }

    /** What routes have failed on that read files, in order. */
    List<Throwable> failedFiles() {
        return List.copyOf(failedFiles);
    }

    /** Puts a file where a route looks for it, whole at once. */
    void put(String path, byte[] content) throws IOException {
        var file = within(path);
        Files.createDirectories(file.getParent());
        var coming = file.resolveSibling("." + file.getFileName() + ".coming");
        Files.write(coming, content);
        Files.move(coming, file);
    }

    private Path within(String path) throws IOException {
        var file = folder.resolve(path).normalize();
        if (!file.startsWith(folder)) {
            throw new IOException(path + " leads out of the test's folder");
        }
        return file;
    }

    RecordedEvents events() {
        return events;
    }

    Traffic traffic() {
        return traffic;
    }

    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        camel.stop();
        FileSystemUtils.deleteRecursively(folder.toFile());
    }

    /** Whether no message is under way. */
    boolean isIdle() {
        return camel.getInflightRepository().size() == 0;
    }

    private final class NoteFailedFiles extends RoutePolicySupport {

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            var failed = route.getConsumer() instanceof GenericFileConsumer<?> ? FailedAt.cause(exchange) : null;
            if (failed != null) {
                failedFiles.add(failed);
            }
        }
    }

    /** {@code file:} below a folder of the case, whatever the route says. */
    private static final class OwnFolder extends FileComponent {

        private final Path folder;

        OwnFolder(Path folder) {
            this.folder = folder;
        }

        /** That of {@code file:}: without it "2s" is no duration. Camel finds it by an annotation, which is not inherited. */
        @Override
        public PropertyConfigurer getEndpointPropertyConfigurer() {
            return PluginHelper.getConfigurerResolver(getCamelContext())
                    .resolvePropertyConfigurer("file-endpoint-configurer", getCamelContext());
        }

        @Override
        protected GenericFileEndpoint<File> buildFileEndpoint(
                String uri, String remaining, Map<String, Object> parameters) throws Exception {
            var relative = Path.of(remaining).isAbsolute()
                    ? Path.of("/").relativize(Path.of(remaining)).toString()
                    : remaining;
            return super.buildFileEndpoint(uri, folder.resolve(relative).toString(), parameters);
        }
    }
}
