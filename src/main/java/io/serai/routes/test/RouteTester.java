// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.bus.BusProperties;
import io.serai.bus.component.FailedAt;
import io.serai.bus.component.RecordedEvents;
import io.serai.message.Event;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.routes.HubBeans;
import io.serai.routes.lint.RouteFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.Exchange;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Runs the cases of a test file, each on routes of its own: no broker, a database in memory, files in a folder that is
 * deleted, and nothing that leaves the hub. Beans and properties are the hub's.
 */
public final class RouteTester {

    private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
    /** So that a second run gives the same. */
    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    private final HubBeans hub;
    private final Environment environment;
    private final ObjectMapper json;
    private final BusProperties bus;
    private final Bench.Configure configure;
    private final AtomicReference<@Nullable ScratchDatabase> databases = new AtomicReference<>();

    RouteTester(
            HubBeans hub, Environment environment, ObjectMapper json, BusProperties bus, Bench.Configure configure) {
        this.hub = hub;
        this.environment = environment;
        this.json = json;
        this.bus = bus;
        this.configure = configure;
    }

    /**
     * Runs all cases of a file.
     *
     * @param files the folder, or a draft of it
     * @param test path of the test file, which ends with {@code .test.yaml}; the route beside it is tested
     * @throws Invalid where the test file is none, or there is no route beside it
     */
    public List<CaseResult> test(TestedFiles files, String test) {
        return RouteTestFile.parse(test, files.read(test)).stream()
                .map(each -> run(files, test, each))
                .toList();
    }

    private CaseResult run(TestedFiles files, String path, RouteTest test) {
        var began = System.nanoTime();
        var problems = attempt(files, path, test);
        return new CaseResult(path, test.name(), problems, Duration.ofNanos(System.nanoTime() - began));
    }

    private List<String> attempt(TestedFiles files, String path, RouteTest test) {
        var databases = databases(files.scripts());
        var database = databases.create();
        try {
            var jdbc = new JdbcTemplate(database);
            var transactions = new DataSourceTransactionManager(database);
            var events = new RecordedEvents(bus, jdbc, new TransactionTemplate(transactions));
            var content = new Content(json, name -> files.read(beside(path, name)));
            Map<String, Object> own = Map.of(
                    "dataSource", database,
                    "jdbcTemplate", jdbc,
                    "jdbcClient", JdbcClient.create(jdbc),
                    "transactionManager", transactions);
            var setting = new Bench.Setting(hub, own, events, new FromEnvironment(environment), configure);
            test.given().sql().forEach(jdbc::execute);
            try (var bench = new Bench(setting, test, sources(files, path, test), content)) {
                var outcome = give(test, bench, content);
                return settle(test, bench, outcome, jdbc, new Expectations(json, content));
            }
        } catch (Exception | LinkageError unusable) {
            return List.of("the case could not be run: " + unusable);
        } finally {
            databases.close(database);
        }
    }

    /** The same for all cases that are run with the same scripts. */
    private ScratchDatabase databases(List<RouteFile> scripts) {
        var known = databases.get();
        if (known == null || !known.isOf(scripts)) {
            known = new ScratchDatabase(scripts);
            databases.set(known);
        }
        return known;
    }

    /** Looks until all is as expected, or the time is over. */
    private static List<String> settle(
            RouteTest test, Bench bench, Outcome outcome, JdbcTemplate jdbc, Expectations expectations) {
        var deadline = System.nanoTime() + test.patience().toNanos();
        while (true) {
            var isMet = expectations
                    .unmet(test, bench, ofFiles(test, bench, outcome), jdbc)
                    .isEmpty();
            var isOver = outcome.failure() != null || System.nanoTime() - deadline >= 0;
            // a route may yet fail after all that is expected of it
            if ((isMet && bench.isIdle()) || isOver) {
                return expectations.unmet(test, bench, ofFiles(test, bench, outcome), jdbc);
            }
            LockSupport.parkNanos(LOOK_AGAIN.toNanos());
        }
    }

    /** A file is read later, so what its route failed on is known later. */
    private static Outcome ofFiles(RouteTest test, Bench bench, Outcome outcome) {
        var failed = bench.failedFiles();
        return test.given().files().isEmpty() || failed.isEmpty() ? outcome : Outcome.failed(failed.get(0));
    }

    private Outcome give(RouteTest test, Bench bench, Content content) throws Exception {
        var given = test.given();
        if (!given.files().isEmpty()) {
            for (var file : given.files()) {
                bench.put(file.path(), textOf(file, content));
            }
            return Outcome.NONE;
        }
        if (!given.events().isEmpty()) {
            return deliver(given.events(), bench, content);
        }
        var at = given.at() == null ? bench.routeIds().get(0) : given.at();
        var headers = new HashMap<>(given.headers());
        Object body = given.row() == null ? content.of(given.body(), given.bodyFile()) : new HashMap<>(given.row());
        var exchange = bench.send(at, body, headers);
        if (exchange == null) {
            throw new Invalid("there is no route '" + at + "' that takes a message; there are " + bench.routeIds()
                    + "; those that subscribe are given events");
        }
        return outcomeOf(exchange, content);
    }

    private static Outcome outcomeOf(Exchange exchange, Content content) {
        var failure = FailedAt.cause(exchange);
        return failure != null
                ? Outcome.failed(failure)
                : new Outcome(content.text(exchange), exchange.getMessage().getHeaders(), null);
    }

    private static Outcome deliver(List<RouteTest.GivenEvent> given, Bench bench, Content content) {
        var events = new ArrayList<Event>();
        for (int i = 0; i < given.size(); i++) {
            events.add(event(given.get(i), "e" + (i + 1), content));
        }
        try {
            if (bench.events().deliver(events) == 0) {
                return Outcome.failed(new Invalid("no route of the file subscribes to what is given"));
            }
            return Outcome.NONE;
        } catch (Exception failed) {
            return Outcome.failed(failed);
        }
    }

    private static Event event(RouteTest.GivenEvent given, String id, Content content) {
        var body = content.of(given.body(), given.bodyFile());
        var isJson = given.body() != null && given.body().isContainerNode();
        return new Event(
                given.id() == null ? id : given.id(),
                given.source() == null ? "/route-test" : given.source(),
                new EventType(given.type()),
                given.subject(),
                given.time() == null ? TIME : Instant.parse(given.time()),
                given.contentType() == null && isJson ? "application/json" : given.contentType(),
                null,
                Map.copyOf(given.extensions()),
                body == null ? new byte[0] : body);
    }

    private static byte[] textOf(RouteTest.FileText file, Content content) {
        if (file.textFile() != null) {
            return content.file(file.textFile());
        }
        return (file.text() == null ? "" : file.text()).getBytes(file.charset());
    }

    private static Bench.Sources sources(TestedFiles files, String path, RouteTest test) {
        var routes = new ArrayList<String>();
        routes.add(files.testedBy(path));
        routes.addAll(test.with());
        var configurations = new ArrayList<>(files.configurations());
        configurations.removeAll(routes);
        return new Bench.Sources(resources(files, routes), resources(files, configurations));
    }

    private static List<Resource> resources(TestedFiles files, List<String> paths) {
        return paths.stream()
                .map(each -> ResourceHelper.fromBytes("file:" + each, files.read(each)))
                .toList();
    }

    private static String beside(String path, String name) {
        var folder = Path.of(path).getParent();
        return (folder == null ? Path.of(name) : folder.resolve(name))
                .normalize()
                .toString()
                .replace('\\', '/');
    }

    /** The hub's configuration. */
    private record FromEnvironment(Environment environment) implements PropertiesSource {

        @Override
        public String getName() {
            return "hub";
        }

        @Override
        public @Nullable String getProperty(String name) {
            return environment.getProperty(name);
        }
    }
}
