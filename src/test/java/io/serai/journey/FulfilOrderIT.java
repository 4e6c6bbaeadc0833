// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Connection;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.serai.bus.EventPublisher;
import io.serai.bus.Subscription;
import io.serai.bus.Subscriptions;
import io.serai.message.Event;
import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/** The route fulfil-order against a service that does what the test wants. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FulfilOrderIT {

    /** What the service got. */
    private record Call(Map<String, List<String>> headers, String body) {
        String header(String name) {
            return String.join(", ", headers.getOrDefault(name, List.of()));
        }
    }

    /** What the service does with a call. */
    private interface Behaviour {
        void answer(HttpExchange exchange, Call call) throws IOException;
    }

    private static final String ORDER = """
            {"orderId":"%s","customerId":"17850","country":"France","placedAt":"2026-11-21T10:00:00Z",
             "lines":[{"sku":"85123A","description":"HEART","quantity":6,"unitPrice":2.55}],"total":15.3}""";

    @TempDir
    static Path folder;

    private final ConcurrentLinkedQueue<Call> calls = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Event> shipped = new ConcurrentLinkedQueue<>();
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private HttpServer service;
    private volatile Behaviour behaviour = FulfilOrderIT::ship;
    private ConfigurableApplicationContext hub;
    private EventPublisher publisher;
    private CircuitBreaker breaker;
    private Connection amqp;
    private int orders;

    @BeforeAll
    void start() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.setExecutor(workers);
        service.createContext("/", exchange -> {
            var call = new Call(
                    Map.copyOf(exchange.getRequestHeaders()),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            calls.add(call);
            behaviour.answer(exchange, call);
            exchange.close();
        });
        service.start();
        hub = HubInside.start(List.of(
                "--server.port=0",
                "--serai.embedded.data=" + folder,
                "--serai.routes.directory=" + routes(),
                // what is parked is looked at where it lies
                "--serai.failure.store=false",
                "--serai.fulfilment.url=http://127.0.0.1:"
                        + service.getAddress().getPort() + "/",
                "--serai.fulfilment.authorization=Basic c2VyYWk6c2VjcmV0",
                "--serai.fulfilment.response-timeout=2000"));
        publisher = hub.getBean(EventPublisher.class);
        await().atMost(Duration.ofSeconds(40)).until(publisher::isUp);
        breaker = hub.getBean(CircuitBreakerRegistry.class).find("fulfilment").orElseThrow();
        amqp = hub.getBean(CachingConnectionFactory.class).createConnection().getDelegate();
        hub.getBean(Subscriptions.class)
                .subscribe(
                        new Subscription("test-shipped", Set.of(new EventPattern("order.shipped")), false, 1, 10, null),
                        delivery -> {
                            shipped.add(delivery.event());
                            delivery.done();
                        });
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
        service.stop(0);
        workers.shutdownNow();
    }

    @BeforeEach
    void mend() throws IOException {
        behaviour = FulfilOrderIT::ship;
        breaker.reset();
        calls.clear();
        shipped.clear();
        try (var channel = amqp.createChannel()) {
            channel.queuePurge("serai.failures");
        } catch (java.util.concurrent.TimeoutException slow) {
            throw new IOException(slow);
        }
    }

    @Test
    void anOrderIsShippedAndTheServiceSeesNothingButTheOrderAndWhatItNeeds() throws IOException {
        var placed = place(Map.of(
                "correlationid", "journey-1",
                "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "tenant", "acme"));

        await().until(() -> shipped.size() == 1);
        assertThat(calls).singleElement().satisfies(call -> {
            assertThat(call.body()).isEqualTo(new String(placed.data(), StandardCharsets.UTF_8));
            assertThat(call.header("Idempotency-key")).isEqualTo(placed.id());
            assertThat(call.header("Content-type")).isEqualTo("application/json");
            assertThat(call.header("X-correlation-id")).isEqualTo("journey-1");
            assertThat(call.header("Traceparent")).startsWith("00-0af7651916cd43dd8448eb211c80319c");
            assertThat(call.header("Authorization")).isEqualTo("Basic c2VyYWk6c2VjcmV0");
            assertThat(call.headers().keySet())
                    .isSubsetOf(
                            "Accept-encoding",
                            "Authorization",
                            "Connection",
                            "Content-length",
                            "Content-type",
                            "Host",
                            "Idempotency-key",
                            "Traceparent",
                            "Transfer-encoding",
                            "User-agent",
                            "X-correlation-id");
        });
        assertThat(shipped).singleElement().satisfies(event -> {
            assertThat(event.id()).isEqualTo("shipped-" + placed.id());
            assertThat(event.subject()).isEqualTo(placed.subject());
            assertThat(event.correlationId()).isEqualTo("journey-1");
            assertThat(event.extensions()).containsEntry("causationid", placed.id());
            assertThat(event.dataContentType()).isEqualTo("application/json");
            assertThat(new String(event.data(), StandardCharsets.UTF_8)).contains("shipment of " + placed.id());
        });
        assertThat(failures()).isZero();
    }

    @Test
    void theSameOrderAgainIsTheSameKeyAndTheSameEvent() {
        var placed = place(Map.of());
        await().until(() -> shipped.size() == 1);

        publisher.publish(placed).join();

        await().until(() -> shipped.size() == 2);
        assertThat(calls).extracting(call -> call.header("Idempotency-key")).containsOnly(placed.id());
        assertThat(shipped).extracting(Event::id).containsOnly("shipped-" + placed.id());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 413, 415, 422})
    void anOrderThatTheServiceRefusesIsParkedAtOnceWithItsReason(int status) throws IOException {
        behaviour = (exchange, call) -> answer(exchange, status, "{\"detail\":\"no such article\"}");

        place(Map.of());

        assertThat(parked()).contains("answered " + status).contains("no such article");
        assertThat(calls).hasSize(1);
        assertThat(shipped).isEmpty();
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 401, 403, 408, 409, 425, 429, 500, 502, 503})
    void whereAnotherCallMaySucceedItIsMadeTwiceMore(int status) throws IOException {
        behaviour = (exchange, call) -> {
            exchange.getResponseHeaders().add("Retry-After", "30");
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            answer(exchange, status, "");
        };

        place(Map.of());

        assertThat(parked()).contains("answered " + status);
        assertThat(calls).hasSize(3);
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(3);
        assertThat(shipped).isEmpty();
    }

    @Test
    void aCallThatSucceedsAtTheSecondTryIsEnough() throws IOException {
        behaviour = (exchange, call) -> {
            if (calls.size() == 1) {
                answer(exchange, 500, "");
            } else {
                ship(exchange, call);
            }
        };

        place(Map.of());

        await().until(() -> shipped.size() == 1);
        assertThat(calls).hasSize(2);
        assertThat(failures()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {\"shipmentId\":\"1\",\"orderId\":\"of-somebody-else\"}",
                "200 | {\"shipmentId\":\"1\"}",
                "200 | [1, 2]",
                "200 | <html>",
                "200 | ''",
                "201 | {",
                "202 | {\"queued\":true}",
                "204 | ''"
            })
    void whatIsNoShipmentOfTheOrderIsNotPublishedAsOne(int status, String answer) throws IOException {
        behaviour = (exchange, call) -> answer(exchange, status, answer);

        place(Map.of());

        assertThat(parked()).contains("serai-failure-route=check-shipment").contains("serai-failure-attempts=1");
        assertThat(calls).hasSize(1);
        assertThat(shipped).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "<order/>", "{\"n\":1}", "[]"})
    void whatIsNoOrderIsParkedWithoutACall(String body) throws IOException {
        publisher.publish(event("no-order-" + orders++, Map.of(), body)).join();

        assertThat(parked()).isNotEmpty();
        assertThat(calls).isEmpty();
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
    }

    @Test
    void aSlowServiceHoldsNoMoreThanSixteenCallsAndTheBreakerEndsThat() throws IOException {
        behaviour = (exchange, call) -> {
            try {
                Thread.sleep(10_000);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        };
        var before = Thread.activeCount();

        var placed = IntStream.range(0, 100).mapToObj(each -> place(Map.of())).toList();

        await().atMost(Duration.ofSeconds(20)).until(() -> breaker.getState() == CircuitBreaker.State.OPEN);
        await().atMost(Duration.ofSeconds(30)).until(() -> failures() == placed.size());
        // sixteen at once, and the few that look whether it is better
        assertThat(calls.size()).isBetween(10, 48);
        assertThat(Thread.activeCount() - before).isLessThan(100);
        assertThat(shipped).isEmpty();
    }

    /** This route alone: others that hear of orders would park what is none, too. */
    private static Path routes() throws IOException {
        var routes = folder.resolve("routes");
        Files.createDirectories(routes.resolve("orders"));
        var route = Path.of("orders/fulfil-order.camel.yaml");
        Files.copy(Path.of("routes").resolve(route), routes.resolve(route));
        FileSystemUtils.copyRecursively(Path.of("routes/schemas"), routes.resolve("schemas"));
        return routes;
    }

    private Event place(Map<String, String> extensions) {
        var order = "order-" + orders++;
        var event = event(order, extensions, ORDER.formatted(order));
        publisher.publish(event).join();
        return event;
    }

    private static Event event(String order, Map<String, String> extensions, String body) {
        return new Event(
                "placed-" + order,
                "/test",
                new EventType("order.placed"),
                order,
                Instant.now(),
                "application/json",
                null,
                Map.copyOf(extensions),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static void ship(HttpExchange exchange, Call call) throws IOException {
        var order = call.body().replaceAll("(?s).*\"orderId\":\"([^\"]*)\".*", "$1");
        exchange.getResponseHeaders().add("Set-Cookie", "a=b");
        exchange.getResponseHeaders().add("CamelCloudEventSubject", "forged");
        answer(
                exchange,
                201,
                "{\"shipmentId\":\"shipment of %s\",\"orderId\":\"%s\"}"
                        .formatted(call.header("Idempotency-key"), order));
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private long failures() throws IOException {
        try (var channel = amqp.createChannel()) {
            return channel.messageCount("serai.failures");
        } catch (java.util.concurrent.TimeoutException slow) {
            throw new IOException(slow);
        }
    }

    /** The facts of the one failure, when it is there. */
    private String parked() throws IOException {
        await().atMost(Duration.ofSeconds(15)).until(() -> failures() == 1);
        try (var channel = amqp.createChannel()) {
            return channel.basicGet("serai.failures", true)
                    .getProps()
                    .getHeaders()
                    .toString();
        } catch (java.util.concurrent.TimeoutException slow) {
            throw new IOException(slow);
        }
    }
}
