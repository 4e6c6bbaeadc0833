// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.serai.bus.EventPublisher;
import io.serai.bus.HeldEvents;
import io.serai.bus.Subscriptions;
import io.serai.message.Conflict;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.testing.HubInside;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** How subscribers and routes fail: in order, behind a circuit breaker, and where no queue takes back what failed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SubscriberFailuresContract {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int RATE = 40;
    private static final Duration ORPHANED_AFTER = Duration.ofSeconds(1);

    @TempDir
    static Path folder;

    private ConfigurableApplicationContext hub;
    private CamelContext camel;
    private EventPublisher publisher;
    private FailureQueries failures;
    private Jobs jobs;
    private JdbcTemplate jdbc;

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    @BeforeAll
    void start() {
        hub = HubInside.start(
                folder,
                servers(),
                "--serai.bus.immediate-retries=1",
                // what a test deletes stays away
                "--serai.bus.topology-interval=10m",
                // shorter than what the queue waits for
                "--serai.bus.hold-limit=1s",
                "--serai.bus.max-message-size=100KB",
                "--serai.failure.rate=" + RATE,
                "--serai.failure.postponed-delay=300ms",
                "--serai.failure.orphaned-after=" + ORPHANED_AFTER,
                "--serai.failure.lost-after=2s",
                "--serai.failure.policies.quick.delays=100ms,200ms",
                "--serai.failure.policies.slow.delays=2500ms",
                "--serai.failure.policies.six.delays=100ms,100ms,100ms,100ms,100ms,100ms",
                "--serai.failure.policies.late.delays=1h",
                "--serai.failure.policies.later.delays=1h,1h,1h");
        camel = hub.getBean(CamelContext.class);
        publisher = hub.getBean(EventPublisher.class);
        failures = hub.getBean(FailureQueries.class);
        jobs = hub.getBean(Jobs.class);
        jdbc = hub.getBean(JdbcTemplate.class);
        HubInside.awaitReading(hub, Duration.ofSeconds(40));
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void anOrderedQueueWaitsForWhatFailsAndNothingIsOvertakenThoughItIsGivenBackMeanwhile() throws Exception {
        var type = newType();
        var name = newName();
        var calls = new ConcurrentLinkedDeque<Long>();
        var pause = new AtomicLong();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        Queue<String> other = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=slow", exchange -> {
            if (body(exchange).equals("3")) {
                var last = calls.peekLast();
                calls.add(System.nanoTime());
                // once, and once more in place
                if (calls.size() <= 2) {
                    throw new IllegalStateException("not yet");
                }
                pause.set(System.nanoTime() - last);
            }
            done.add(body(exchange));
        });
        route(newName(), type, "", exchange -> other.add(body(exchange)));

        publish(type, 100);

        var held = awaitState(name, FailureState.RETRYING);
        await().atMost(SOON).until(() -> other.size() == 100);
        assertThat(done).containsExactly("0", "1", "2");
        assertThat(held.tries()).isEqualTo(2);
        assertThat(held.dueAt()).isNotNull();
        await().atMost(SOON).until(() -> done.size() >= 100);
        assertThat(done).containsExactlyElementsOf(numbers(100));
        assertThat(calls).hasSize(3);
        // a fifth less than the policy's
        assertThat(Duration.ofNanos(pause.get())).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
        awaitState(name, FailureState.RESOLVED);
    }

    @Test
    void aQueueThatIsHeldBackIsHeldByWhoeverTakesItOverAndNoRoundIsForgotten() throws Exception {
        var type = newType();
        var name = newName();
        var calls = new AtomicInteger();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=slow&batchSize=10&batchTimeout=50ms", batch -> {
            for (var each : batch.getMessage().getBody(List.class)) {
                var body = ((org.apache.camel.Message) each).getBody(String.class);
                if (body.equals("3")) {
                    calls.incrementAndGet();
                    throw new IllegalStateException("never");
                }
                done.add(body);
            }
        });

        publish(type, 20);
        awaitState(name, FailureState.RETRYING);
        hub.getBean(CachingConnectionFactory.class)
                .createConnection()
                .getDelegate()
                .abort();

        awaitState(name, FailureState.DEAD);
        await().atMost(SOON).until(() -> done.contains("19"));
        // the batch is tried in place, then one by one, so that what precedes is done more than once, as batches may be
        var firsts = done.stream().distinct().toList();
        assertThat(firsts)
                .containsExactlyElementsOf(
                        numbers(20).stream().filter(each -> !each.equals("3")).toList());
        var failure = of(name).get(0);
        assertThat(failure.round()).isEqualTo(1);
        assertThat(failure.tries()).isEqualTo(4);
    }

    @Test
    void whatHasUsedUpItsRoundsIsDeadAndItsQueueGoesOnAndAReplayOfItComesLast() throws Exception {
        var type = newType();
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=quick", exchange -> {
            if (broken.get() && body(exchange).equals("3")) {
                throw new IllegalStateException("bad");
            }
            done.add(body(exchange));
        });

        publish(type, 6);

        var dead = awaitState(name, FailureState.DEAD);
        assertThat(dead.tries()).isEqualTo(6);
        assertThat(dead.round()).isEqualTo(2);
        await().atMost(SOON).until(() -> done.size() == 5);
        assertThat(done).containsExactly("0", "1", "2", "4", "5");

        broken.set(false);
        decide(Job.Kind.REPLAY, name);
        awaitState(name, FailureState.RESOLVED);
        assertThat(done).containsExactly("0", "1", "2", "4", "5", "3");
    }

    @Test
    void withoutRoundsAnOrderedQueueDoesNotWait() throws Exception {
        var type = newType();
        var name = newName();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=none", exchange -> {
            if (body(exchange).equals("0")) {
                throw new IllegalStateException("bad");
            }
            done.add(body(exchange));
        });

        publish(type, 3);

        assertThat(awaitState(name, FailureState.DEAD).round()).isZero();
        await().atMost(SOON).until(() -> done.size() == 2);
    }

    @Test
    void anOrderedQueueWaitsWhileNobodyCanSayHowItStandsWithWhatHoldsItBack() throws Exception {
        var type = newType();
        var name = newName();
        var calls = new AtomicInteger();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=slow", exchange -> {
            // once, and once more in place
            if (body(exchange).equals("3") && calls.incrementAndGet() <= 2) {
                throw new IllegalStateException("not yet");
            }
            done.add(body(exchange));
        });
        publish(type, 6);
        awaitState(name, FailureState.RETRYING);

        jdbc.execute("ALTER TABLE failure RENAME TO failure_away");
        try {
            // past the hold's limit and its being due
            await().during(Duration.ofSeconds(4)).atMost(SOON).until(() -> done.size() == 3);
        } finally {
            jdbc.execute("ALTER TABLE failure_away RENAME TO failure");
        }

        await().atMost(SOON).until(() -> done.size() == 6);
        assertThat(done).containsExactlyElementsOf(numbers(6));
        awaitState(name, FailureState.RESOLVED);
    }

    @Test
    void whatAnOrderedSubscriptionCannotTakeIsParkedAlsoWhenItComesAgain() throws Exception {
        var type = newType();
        var name = newName();
        var begun = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&latest=true&retry=none", exchange -> {
            begun.countDown();
            goOn.await();
            done.add(body(exchange));
        });
        publish(type, "first", Map.of("sequence", "1"));
        publish(type, "without", Map.of());
        publish(type, "third", Map.of("sequence", "3"));
        begun.await();

        hub.getBean(CachingConnectionFactory.class)
                .createConnection()
                .getDelegate()
                .abort();
        goOn.countDown();

        assertThat(awaitState(name, FailureState.DEAD).message()).contains("sequence");
        await().atMost(SOON).until(() -> done.contains("third"));
    }

    @Test
    void whatHoldsAQueueBackThatIsRemovedIsDeadAndCanBeReplayed() throws Exception {
        var type = newType();
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=late", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
            done.add(body(exchange));
        });
        publish(type, 1);
        assertThat(awaitState(name, FailureState.RETRYING).held()).isTrue();
        camel.getRouteController().stopRoute(name);
        await().atMost(SOON).ignoreExceptionsInstanceOf(Conflict.class).until(() -> {
            hub.getBean(Subscriptions.class).remove(name);
            return true;
        });

        var dead = awaitState(name, FailureState.DEAD);
        assertThat(dead.held()).isFalse();
        assertThat(dead.dueAt()).isNull();
        broken.set(false);
        camel.getRouteController().startRoute(name);
        decide(Job.Kind.REPLAY, name);
        awaitState(name, FailureState.RESOLVED);
        assertThat(done).containsExactly("0");
    }

    @Test
    void whatHeldAQueueBackThatIsGoneAndWasDiscardedBeginsAnewWhenItIsPublishedAgain() throws Exception {
        var type = newType();
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=slow", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
            done.add(body(exchange));
        });
        var event = event(type, "0", Map.of());
        publisher.publish(event).join();
        var held = awaitState(name, FailureState.RETRYING);
        loseTheOneHeld(name);
        camel.getRouteController().startRoute(name);
        // so long ago that nobody seems to hold it
        jdbc.update("UPDATE failure SET due_at = CURRENT_TIMESTAMP - INTERVAL '1' MINUTE WHERE id = ?", held.id());
        decideById(Job.Kind.DISCARD, held.id());
        awaitState(name, FailureState.DISCARDED);

        publisher.publish(event).join();

        assertThat(awaitState(name, FailureState.RETRYING).held()).isTrue();
        broken.set(false);
        awaitState(name, FailureState.RESOLVED);
        assertThat(done).hasSize(1);
    }

    @Test
    void aDiscardedEventIsDroppedEachTimeItComesAgainUntilItsAcknowledgementIsSure() throws Exception {
        var type = newType();
        var name = newName();
        route(name, type, "&ordered=true&retry=late", exchange -> {
            throw new IllegalStateException("bad");
        });
        publish(type, 1);
        var held = awaitState(name, FailureState.RETRYING);
        loseTheOneHeld(name);
        decideById(Job.Kind.DISCARD, held.id());
        awaitState(name, FailureState.DISCARDED);
        var store = hub.getBean(Failures.class);

        assertThat(store.look(held.id()).next()).isEqualTo(HeldEvents.Next.DROP);
        // its hub has died before the broker had the acknowledgement
        assertThat(store.look(held.id()).next()).isEqualTo(HeldEvents.Next.DROP);
    }

    @Test
    void anOrderedQueueWaitsForAnEventWhoseIdWasUsedBeforeWithOtherContent() throws Exception {
        var type = newType();
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=slow", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
            done.add(body(exchange));
        });
        var first = event(type, "A", Map.of());
        publisher.publish(first).join();
        var held = awaitState(name, FailureState.RETRYING);
        decideById(Job.Kind.DISCARD, held.id());
        awaitState(name, FailureState.DISCARDED);

        publisher
                .publish(new Event(
                        first.id(),
                        first.source(),
                        first.type(),
                        first.subject(),
                        first.time(),
                        first.dataContentType(),
                        first.dataSchema(),
                        first.extensions(),
                        "C".getBytes(StandardCharsets.UTF_8)))
                .join();
        publish(type, 1);

        var other = awaitState(name, FailureState.RETRYING);
        assertThat(other.held()).isTrue();
        assertThat(other.id()).isNotEqualTo(held.id());
        broken.set(false);
        awaitState(name, FailureState.RESOLVED);
        await().atMost(SOON).untilAsserted(() -> assertThat(done).containsExactly("C", "0"));
        assertThat(of(name))
                .extracting(FailureView.Summary::state)
                .containsExactlyInAnyOrder(FailureState.DISCARDED, FailureState.RESOLVED);
    }

    @Test
    void whatHeldAQueueBackThatIsGoneCanBeReplayedById() throws Exception {
        var type = newType();
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&retry=slow", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
            done.add(body(exchange));
        });
        publish(type, 1);
        var held = awaitState(name, FailureState.RETRYING);
        loseTheOneHeld(name);
        broken.set(false);
        camel.getRouteController().startRoute(name);

        // nobody holds it back, so nobody looks whether it may be tried
        var first = decide(Job.Kind.REPLAY, name);
        await().atMost(SOON).until(() -> jobs.find(first.id()).released() == 1);
        await().atMost(SOON).ignoreExceptionsInstanceOf(Invalid.class).until(() -> {
            decideById(Job.Kind.REPLAY, held.id());
            return true;
        });

        awaitState(name, FailureState.RESOLVED);
        assertThat(done).containsExactly("0");
        await().atMost(SOON).until(() -> jobs.find(first.id()).state() == Job.State.DONE);
    }

    @Test
    void aPersonEndsALongWaitByGivingUpTheEventOrByTryingItNow() throws Exception {
        var type = newType();
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&ordered=true&idempotent=true&retry=later", exchange -> {
            if (broken.get() && List.of("0", "2").contains(body(exchange))) {
                throw new IllegalStateException("bad");
            }
            done.add(body(exchange));
        });

        publish(type, 4);

        var first = awaitState(name, FailureState.RETRYING);
        decide(Job.Kind.DISCARD, name);
        assertThat(awaitState(name, FailureState.DISCARDED).id()).isEqualTo(first.id());
        var second = awaitState(name, FailureState.RETRYING);
        assertThat(second.id()).isNotEqualTo(first.id());
        assertThat(done).containsExactly("1");

        // it fails again, and waits by its policy; the job does not
        var early = decide(Job.Kind.REPLAY, name);
        await().atMost(SOON).until(() -> jobs.find(early.id()).state() == Job.State.DONE);
        assertThat(jobs.find(early.id()).failedAgain()).isEqualTo(1);
        assertThat(awaitState(name, FailureState.RETRYING).round()).isEqualTo(1);

        broken.set(false);
        decide(Job.Kind.REPLAY, name);
        await().atMost(SOON).until(() -> done.size() == 3);
        assertThat(done).containsExactly("1", "2", "3");
        awaitState(name, FailureState.RESOLVED);
        assertThat(of(name)).hasSize(2);
    }

    @Test
    void anOpenCircuitBreakerUsesUpNoRoundsAndTheServiceIsNotOverrunWhenItIsBack() throws Exception {
        var type = newType();
        var name = newName();
        var broken = new AtomicBoolean(true);
        var inFlight = new AtomicInteger();
        var mostInFlight = new AtomicInteger();
        Queue<Long> calls = new ConcurrentLinkedQueue<>();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + "&retry=six&concurrency=4")
                        .routeId(name)
                        .circuitBreaker()
                        .inheritErrorHandler(true)
                        .resilience4jConfiguration()
                        .slidingWindowSize(4)
                        .minimumNumberOfCalls(4)
                        .waitDurationInOpenState(1)
                        .permittedNumberOfCallsInHalfOpenState(2)
                        .automaticTransitionFromOpenToHalfOpenEnabled(true)
                        .end()
                        .process(exchange -> {
                            calls.add(System.nanoTime());
                            mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                            try {
                                if (broken.get()) {
                                    throw new IllegalStateException("the service is away");
                                }
                                TimeUnit.MILLISECONDS.sleep(10);
                            } finally {
                                inFlight.decrementAndGet();
                            }
                        })
                        .end()
                        .process(exchange -> done.add(exchange.getMessage().getBody(String.class)));
            }
        });

        publish(type, 60);
        await().atMost(SOON)
                .until(() -> of(name).size() == 60
                        && of(name).stream().allMatch(each -> each.state() == FailureState.RETRYING)
                        && postponed(name, 2) == 60);
        var before = calls.size();
        broken.set(false);
        await().atMost(SOON).until(() -> of(name).stream().allMatch(each -> each.state() == FailureState.RESOLVED));

        assertThat(done).hasSize(60).doesNotHaveDuplicates();
        // 180 a round if each event had been tried in each
        assertThat(before).isLessThan(120);
        assertThat(mostInFlight.get()).isLessThanOrEqualTo(4);
        // a window of a second may hold a tick of 250 ms more than its four
        assertThat(mostInASecond(List.copyOf(calls).subList(before, calls.size())))
                .isLessThanOrEqualTo(RATE * 5 / 4 + 2);
    }

    private static long mostInASecond(List<Long> times) {
        return times.stream()
                .mapToLong(from -> times.stream()
                        .filter(each -> each - from >= 0 && each - from < TimeUnit.SECONDS.toNanos(1))
                        .count())
                .max()
                .orElse(0);
    }

    private int postponed(String origin, int atLeast) {
        var count = jdbc.queryForObject(
                "SELECT COUNT(*) FROM failure WHERE origin = ? AND postponed >= ?", Integer.class, origin, atLeast);
        return count == null ? 0 : count;
    }

    @Test
    void whatASplitterWrapsIsSaidAsItWasThrown() throws Exception {
        var type = newType();
        var name = newName();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + "&retry=none")
                        .routeId(name)
                        .split(body())
                        .stopOnException()
                        .process(exchange -> {
                            throw new IllegalStateException("no stock");
                        });
            }
        });

        publish(type, 1);

        var failure = awaitState(name, FailureState.DEAD);
        assertThat(failure.message()).isEqualTo("no stock");
        assertThat(failure.exception()).isEqualTo(IllegalStateException.class.getName());
    }

    @Test
    void aFileThatFailsIsParkedAndDoneWithAndTriedAgainInItsRoute() throws Exception {
        var name = newName();
        var in = Files.createDirectories(folder.resolve(name));
        var calls = new AtomicInteger();
        Queue<Map<String, Object>> seen = new ConcurrentLinkedQueue<>();
        routeFrom(name, "file:" + in + "?initialDelay=0&delay=100", "quick", exchange -> {
            seen.add(Map.of(
                    "body", body(exchange),
                    "name", exchange.getMessage().getHeader(Exchange.FILE_NAME),
                    "length", exchange.getMessage().getHeader(Exchange.FILE_LENGTH)));
            if (calls.incrementAndGet() <= 3) {
                throw new IllegalStateException("the table is locked");
            }
        });

        Files.writeString(in.resolve("orders.csv"), "a;b;Müller");

        var failure = awaitState("route:" + name, FailureState.RESOLVED);
        assertThat(calls).hasValue(4);
        assertThat(failure.tries()).isEqualTo(2);
        assertThat(failure.subject()).isEqualTo("orders.csv");
        assertThat(failure.message()).isEqualTo("the table is locked");
        assertThat(failure.policy()).isEqualTo("quick");
        assertThat(seen).hasSize(4).containsOnly(Map.of("body", "a;b;Müller", "name", "orders.csv", "length", 11L));
        assertThat(in.resolve("orders.csv")).doesNotExist();
        assertThat(in.resolve(".camel/orders.csv")).exists();
        assertThat(of("route:" + name)).hasSize(1);
    }

    @Test
    void anInputThatCannotBeReadIsDeadAndTheNextIsRun() throws Exception {
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<Object> done = new ConcurrentLinkedQueue<>();
        routeFrom(name, "seda:" + name, "none", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
            done.add(exchange.getMessage().getBody());
        });
        for (int number = 1; number <= 2; number++) {
            camel.createFluentProducerTemplate()
                    .to("seda:" + name)
                    .withBody(Map.of("number", number))
                    .send();
        }
        await().atMost(SOON)
                .until(() -> of("route:" + name).stream()
                                .filter(each -> each.state() == FailureState.DEAD)
                                .count()
                        == 2);
        var first = jdbc.queryForObject("SELECT MIN(id) FROM failure WHERE origin = ?", String.class, "route:" + name);
        jdbc.update("UPDATE failure SET body = ? WHERE id = ?", "{".getBytes(StandardCharsets.UTF_8), first);
        broken.set(false);

        decide(Job.Kind.REPLAY, "route:" + name);

        await().atMost(SOON).until(() -> done.size() == 1);
        await().atMost(SOON)
                .until(() -> of("route:" + name).stream()
                        .anyMatch(each -> each.id().equals(first)
                                && each.state() == FailureState.DEAD
                                && String.valueOf(each.message()).contains("no JSON")));
    }

    @Test
    void aFileThatIsTooLargeToKeepStaysWhereItIs() throws Exception {
        var name = newName();
        var in = Files.createDirectories(folder.resolve(name));
        var calls = new AtomicInteger();
        routeFrom(name, "file:" + in + "?initialDelay=0&delay=100", "quick", exchange -> {
            calls.incrementAndGet();
            throw new IllegalStateException("bad");
        });

        // whole: the route may find it while it is written
        var written = Files.write(folder.resolve(name + ".bin"), new byte[100 * 1024 + 1]);
        Files.move(written, in.resolve("large.bin"), StandardCopyOption.ATOMIC_MOVE);

        await().atMost(SOON).until(() -> calls.get() >= 4);
        assertThat(in.resolve("large.bin")).exists();
        assertThat(of("route:" + name)).isEmpty();
        camel.getRouteController().stopRoute(name);
    }

    @Test
    void aRowThatFailsInATransactionIsRolledBackParkedConsumedAndTriedAgainAsARow() throws Exception {
        var name = newName();
        var table = name.replace('-', '_');
        jdbc.execute("CREATE TABLE %s (id INTEGER, note VARCHAR(20), done INTEGER)".formatted(table));
        jdbc.execute("CREATE TABLE %s_effect (id INTEGER)".formatted(table));
        var calls = new AtomicInteger();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("sql:select id, note from %s where done = 0?initialDelay=0&delay=100".formatted(table)
                                + "&onConsume=update %s set done = 1 where id = :#id".formatted(table))
                        .routeConfigurationId("quick")
                        .routeId(name)
                        .transacted()
                        .setHeader("id", simple("${body[id]}"))
                        .to("sql:insert into %s_effect (id) values (:#id)".formatted(table))
                        .process(exchange -> {
                            if (calls.incrementAndGet() == 1) {
                                throw new IllegalStateException("once");
                            }
                        });
            }
        });

        jdbc.update("INSERT INTO %s VALUES (7, 'x', 0)".formatted(table));

        var failure = awaitState("route:" + name, FailureState.RESOLVED);
        assertThat(calls).hasValue(2);
        assertThat(failure.tries()).isEqualTo(1);
        assertThat(jdbc.queryForList("SELECT id FROM %s_effect".formatted(table), Integer.class))
                .containsExactly(7);
        assertThat(jdbc.queryForObject("SELECT done FROM %s".formatted(table), Integer.class))
                .isEqualTo(1);
        camel.getRouteController().stopRoute(name);
    }

    @Test
    void whatGoesOnFailingInItsRouteIsDeadAndAReplayRunsTheRouteAgain() throws Exception {
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        routeFrom(name, "seda:" + name, "quick", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
            done.add(body(exchange));
        });

        camel.createFluentProducerTemplate().to("seda:" + name).withBody("one").send();
        camel.createFluentProducerTemplate().to("seda:" + name).withBody("one").send();

        await().atMost(SOON)
                .until(() -> of("route:" + name).stream()
                                .filter(each -> each.state() == FailureState.DEAD)
                                .count()
                        == 2);
        assertThat(of("route:" + name)).allMatch(each -> each.tries() == 6 && each.round() == 2);
        broken.set(false);
        decide(Job.Kind.REPLAY, "route:" + name);
        await().atMost(SOON).until(() -> done.size() == 2);
        await().atMost(SOON)
                .until(() -> of("route:" + name).stream().allMatch(each -> each.state() == FailureState.RESOLVED));
    }

    @Test
    void aRunThatSucceededIsNotRunAgainWhileItsNoticeWaitsForLongerThanALease() throws Exception {
        var name = newName();
        var calls = new AtomicInteger();
        routeFrom(name, "seda:" + name, "slow", exchange -> {
            if (calls.incrementAndGet() <= 2) {
                throw new IllegalStateException("bad");
            }
        });
        camel.createFluentProducerTemplate().to("seda:" + name).withBody("one").send();
        awaitState("route:" + name, FailureState.RETRYING);

        // as behind a backlog
        var reader = hub.getBean("failureReader", SimpleMessageListenerContainer.class);
        reader.stop();
        try {
            await().atMost(SOON).until(() -> calls.get() == 3);
            await().during(RetrySender.LEASE.plusSeconds(2)).atMost(SOON).until(() -> calls.get() == 3);
        } finally {
            reader.start();
        }

        assertThat(awaitState("route:" + name, FailureState.RESOLVED).duplicates())
                .isZero();
        assertThat(calls).hasValue(3);
    }

    @Test
    void whatIsDueInARouteThatNamesNoPolicyAnyMoreIsDeadAndSaysSoAndCanBeReplayedWhenItNamesOneAgain()
            throws Exception {
        var name = newName();
        var origin = "route:" + name;
        Queue<String> done = new ConcurrentLinkedQueue<>();
        routeFrom(name, "seda:" + name, "slow", exchange -> {
            throw new IllegalStateException("bad");
        });
        camel.createFluentProducerTemplate().to("seda:" + name).withBody("one").send();
        awaitState(origin, FailureState.RETRYING);
        remove(name);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("seda:" + name).routeId(name).process(exchange -> {
                    throw new IllegalStateException("bad still");
                });
            }
        });

        var dead = awaitState(origin, FailureState.DEAD);

        assertThat(dead.message()).startsWith("running route " + name + " again: it names no retry policy any more");
        assertThat(dead.tries()).isEqualTo(2);
        remove(name);
        routeFrom(name, "seda:" + name, "slow", exchange -> done.add(body(exchange)));
        decide(Job.Kind.REPLAY, origin);
        awaitState(origin, FailureState.RESOLVED);
        assertThat(done).containsExactly("one");
    }

    @Test
    void aRunThatAHubDidNotEndIsBegunAgainAndCounted() throws Exception {
        var name = newName();
        var calls = new AtomicInteger();
        routeFrom(name, "seda:" + name, "late", exchange -> {
            if (calls.incrementAndGet() <= 2) {
                throw new IllegalStateException("bad");
            }
        });
        camel.createFluentProducerTemplate().to("seda:" + name).withBody("one").send();
        var failure = awaitState("route:" + name, FailureState.RETRYING);

        // as a hub leaves it that dies while it runs the route: begun, and its lease is over
        jdbc.update("UPDATE failure SET begun = 1, due_at = CURRENT_TIMESTAMP WHERE id = ?", failure.id());

        assertThat(awaitState("route:" + name, FailureState.RESOLVED).duplicates())
                .isEqualTo(1);
        assertThat(calls).hasValue(3);
    }

    @Test
    void whatARouteHasPutIntoFailuresItselfIsNoInputAndNoJobReplaysItButOneDiscardsIt() throws Exception {
        var name = newName();
        var origin = "route:" + name;
        var broken = new AtomicBoolean(true);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("seda:" + name)
                        .routeConfigurationId("none")
                        .routeId(name)
                        .filter(body().isEqualTo("no price"))
                        .to("failure:test.line?reason=no price")
                        .end()
                        .process(exchange -> {
                            if (broken.get()
                                    && exchange.getMessage()
                                            .getBody(String.class)
                                            .equals("whole")) {
                                throw new IllegalStateException("the table is locked");
                            }
                        });
            }
        });
        camel.createFluentProducerTemplate()
                .to("seda:" + name)
                .withBody("no price")
                .send();
        var own = awaitState(origin, FailureState.DEAD);
        assertThat(own.replayable()).isFalse();

        assertThatThrownBy(() -> decide(Job.Kind.REPLAY, origin))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("cannot be replayed: a route itself has put it here");
        assertThat(jobs.page("~", 500)).noneMatch(job -> job.selected() == 0);

        camel.createFluentProducerTemplate()
                .to("seda:" + name)
                .withBody("whole")
                .send();
        await().atMost(SOON).until(() -> of(origin).size() == 2);
        broken.set(false);
        var replay = decide(Job.Kind.REPLAY, origin);
        assertThat(replay.excluded()).isEqualTo(1);
        assertThat(replay.selected()).isEqualTo(1);
        assertThat(awaitState(origin, FailureState.RESOLVED).replayable()).isTrue();
        assertThat(awaitState(origin, FailureState.DEAD).id()).isEqualTo(own.id());
        assertThat(failures.find(own.id()).orElseThrow().attempts()).hasSize(1);

        var discard = decide(Job.Kind.DISCARD, origin);
        assertThat(discard.excluded()).isZero();
        assertThat(awaitState(origin, FailureState.DISCARDED).id()).isEqualTo(own.id());
    }

    @Test
    void whatIsDueInARouteThatNobodyRunsIsDeadAfterAWhileAndCanBeReplayedWhenItIsBack() throws Exception {
        var name = newName();
        var origin = "route:" + name;
        Queue<String> done = new ConcurrentLinkedQueue<>();
        routeFrom(name, "seda:" + name, "slow", exchange -> {
            throw new IllegalStateException("bad");
        });
        camel.createFluentProducerTemplate().to("seda:" + name).withBody("one").send();
        awaitState(origin, FailureState.RETRYING);
        remove(name);

        var dead = awaitState(origin, FailureState.DEAD);

        assertThat(dead.message()).isEqualTo("bad");
        assertThat(lastAttempt(dead)).startsWith("no hub has run the route " + name + " for ");
        routeFrom(name, "seda:" + name, "slow", exchange -> done.add(body(exchange)));
        decide(Job.Kind.REPLAY, origin);
        awaitState(origin, FailureState.RESOLVED);
        assertThat(done).containsExactly("one");
    }

    @Test
    void whatIsDueInARouteThatAnotherHubRunsIsLeftToIt() throws Exception {
        var name = newName();
        var origin = "route:" + name;
        routeFrom(name, "seda:" + name, "late", exchange -> {
            throw new IllegalStateException("bad");
        });
        for (var body : List.of("in hand", "due")) {
            camel.createFluentProducerTemplate()
                    .to("seda:" + name)
                    .withBody(body)
                    .send();
        }
        await().atMost(SOON).until(() -> of(origin).size() == 2);
        remove(name);

        // as another hub leaves them that has the first in hand
        var ids = of(origin).stream().map(FailureView.Summary::id).toList();
        jdbc.update("UPDATE failure SET begun = 1 WHERE id = ?", ids.get(0));
        jdbc.update("UPDATE failure SET due_at = CURRENT_TIMESTAMP WHERE id = ?", ids.get(1));

        await().during(ORPHANED_AFTER.multipliedBy(3))
                .atMost(SOON)
                .until(() -> of(origin).stream().allMatch(each -> each.state() == FailureState.RETRYING));
        jdbc.update("UPDATE failure SET begun = 0 WHERE id = ?", ids.get(0));
        assertThat(awaitState(origin, FailureState.DEAD).id()).isEqualTo(ids.get(1));
    }

    @Test
    void whatIsDueInAQueueThatIsGoneIsDeadAfterAWhileAndCanBeReplayedWhenItIsBack() throws Exception {
        var type = newType();
        var name = newName();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&retry=slow", exchange -> {
            throw new IllegalStateException("bad");
        });
        publish(type, 1);
        awaitState(name, FailureState.RETRYING);
        remove(name);
        // by others than the hub, which would give it up at once
        hub.getBean(AmqpAdmin.class).deleteQueue("serai.events." + name);

        assertThat(lastAttempt(awaitState(name, FailureState.DEAD))).startsWith("its queue has been gone for ");

        route(name, type, "&retry=slow", exchange -> done.add(body(exchange)));
        decide(Job.Kind.REPLAY, name);
        awaitState(name, FailureState.RESOLVED);
        assertThat(done).containsExactly("0");
    }

    /** Stops who holds the only message of the queue, and purges that. */
    private void loseTheOneHeld(String name) throws Exception {
        camel.getRouteController().stopRoute(name);
        await().atMost(SOON)
                .until(() -> hub.getBean(AmqpAdmin.class)
                                .getQueueInfo("serai.events." + name)
                                .getMessageCount()
                        == 1);
        hub.getBean(AmqpAdmin.class).purgeQueue("serai.events." + name);
    }

    private void remove(String routeId) throws Exception {
        camel.getRouteController().stopRoute(routeId);
        camel.removeRoute(routeId);
    }

    private @Nullable String lastAttempt(FailureView.Summary failure) {
        return failures.find(failure.id()).orElseThrow().attempts().get(0).message();
    }

    @Test
    void aQueueOfAnotherSystemIsParkedByThePolicyItsRouteNames() throws Exception {
        var queue = "host." + newName();
        try (var channel = hub.getBean(CachingConnectionFactory.class)
                .createConnection()
                .getDelegate()
                .createChannel()) {
            channel.queueDeclare(queue, true, false, false, null);
            routeFrom(queue, "spring-rabbitmq:default?queues=" + queue, "none", exchange -> {
                throw new IllegalStateException("bad");
            });
            channel.basicPublish("", queue, null, new byte[] {1});
        }

        assertThat(awaitState("queue:" + queue, FailureState.DEAD).policy()).isEqualTo("none");
    }

    @Test
    void aPolicyThatIsNotThereOrWhereACallerWaitsKeepsTheRouteFromStarting() {
        assertThatThrownBy(() -> routeFrom(newName(), "seda:unknown", "often", exchange -> {}))
                .hasStackTraceContaining("there is no policy 'often'");
        assertThatThrownBy(() -> routeFrom(newName(), "platform-http:/parked", "standard", exchange -> {}))
                .hasStackTraceContaining("its caller gets the error");
        assertThatThrownBy(() -> routeFrom(newName(), "direct:called", "standard", exchange -> {}))
                .hasStackTraceContaining("its caller gets the error");
        assertThatThrownBy(() -> routeFrom(newName(), "event:a.b?subscription=" + newName(), "fast", exchange -> {}))
                .hasStackTraceContaining("name the policy as its option retry");
    }

    private Job decide(Job.Kind kind, String origin) {
        return jobs.make(
                kind,
                new Jobs.Selection(null, new FailureQueries.Query(null, null, origin, null, null, null, null)),
                "{}",
                new Job.Pace(1000, false, null),
                "ann",
                "mended");
    }

    private void decideById(Job.Kind kind, String id) {
        jobs.make(
                kind,
                new Jobs.Selection(List.of(id), new FailureQueries.Query(null, null, null, null, null, null, null)),
                "{}",
                new Job.Pace(1000, false, null),
                "ann",
                "lost");
    }

    private void route(String name, String type, String options, Processor processor) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + options)
                        .routeId(name)
                        .process(processor);
            }
        });
    }

    private void routeFrom(String id, String uri, String policy, Processor processor) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).routeConfigurationId(policy).routeId(id).process(processor);
            }
        });
    }

    private static String body(Exchange exchange) {
        return exchange.getMessage().getBody(String.class);
    }

    private FailureView.Summary awaitState(String origin, FailureState state) {
        return await().atMost(SOON)
                .until(
                        () -> of(origin).stream()
                                .filter(each -> each.state() == state)
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
    }

    private List<FailureView.Summary> of(String origin) {
        return failures.page(new FailureQueries.Query(null, null, origin, null, null, null, null), Long.MAX_VALUE, 500)
                .items();
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    /** One after the other, 0, 1, 2 and so on. */
    private void publish(String type, int count) {
        var confirms = new ArrayList<java.util.concurrent.CompletableFuture<Void>>();
        for (var body : numbers(count)) {
            confirms.add(publisher.publish(event(type, body, Map.of())));
        }
        confirms.forEach(each -> each.orTimeout(20, TimeUnit.SECONDS).join());
    }

    private void publish(String type, String body, Map<String, String> extensions) {
        publisher
                .publish(event(type, body, extensions))
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }

    private static Event event(String type, String body, Map<String, String> extensions) {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType(type),
                "one",
                Instant.now(),
                "text/plain",
                null,
                Map.copyOf(extensions),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static String newType() {
        return "sub.t" + NAMES.incrementAndGet();
    }

    private static String newName() {
        return "sub-" + NAMES.incrementAndGet();
    }
}
