// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.serai.message.Conflict;
import io.serai.message.Invalid;
import io.serai.message.NotFound;
import io.serai.message.Unavailable;
import io.serai.registry.AnnouncedServices.Change;
import io.serai.registry.ServiceInstance.Health;
import io.serai.testing.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What the registry promises, on whatever database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RegistryContract {

    private static final String ONE = "http://one:8080";
    private static final String TWO = "http://two:8080/base";

    private final AtomicLong nanos = new AtomicLong();
    private JdbcClient jdbc;
    private AnnouncedServices announced;
    private Services services;

    abstract Database database();

    @BeforeAll
    void migrate() {
        var at = database();
        var source = new DriverManagerDataSource(at.jdbcUrl(), at.user(), at.password());
        Flyway.configure().dataSource(source).load().migrate();
        jdbc = JdbcClient.create(source);
    }

    @BeforeEach
    void clear() {
        jdbc.sql("DELETE FROM service_instance").update();
        announced = new AnnouncedServices(jdbc, 5);
        services = new Services(announced, nanos::get, new AllowedAddresses(List.of("trusted")));
        services.offer(List.of());
    }

    @Test
    void whatIsAnnouncedIsThereUntilItIsWithdrawn() {
        assertThat(announced.announce(instance("one", ONE, 30))).isEqualTo(Change.ADDED);
        assertThat(announced.announce(instance("one", ONE, 30))).isEqualTo(Change.NONE);
        assertThat(announced.announce(instance("one", TWO + "/", 60))).isEqualTo(Change.MOVED);

        assertThat(services.list()).singleElement().satisfies(each -> {
            assertThat(each.address()).isEqualTo(TWO);
            assertThat(each.health()).isEqualTo(Health.UP);
            assertThat(each.ttlSeconds()).isEqualTo(60);
            assertThat(each.lastSeen())
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
        });
        announced.withdraw("parcels", "one");
        assertThat(services.list()).isEmpty();
        assertThatThrownBy(() -> announced.withdraw("parcels", "one")).isInstanceOf(NotFound.class);
    }

    @Test
    void whoFallsSilentIsStaleAndNotChosenUntilItIsHeardAgain() {
        announced.announce(instance("one", ONE, 1));
        announced.announce(instance("two", TWO, 3600));
        await().until(() -> health("one") == Health.STALE);

        assertThat(calls(4)).containsOnly(TWO);

        announced.announce(instance("one", ONE, 3600));
        services.refresh();
        assertThat(calls(4)).containsExactlyInAnyOrder(ONE, ONE, TWO, TWO);
    }

    @Test
    void whoIsSilentForADayIsForgotten() {
        announced.announce(instance("one", ONE, 30));
        announced.announce(instance("two", TWO, 30));
        jdbc.sql("UPDATE service_instance SET last_seen = last_seen - INTERVAL '2' DAY WHERE instance = 'one'")
                .update();

        announced.forgetSilent();

        assertThat(services.list()).extracting(ServiceInstance::instance).containsExactly("two");
    }

    @Test
    void whoSaysThatItIsDownIsNotChosen() {
        announced.announce(instance("one", ONE, 30).with(Health.DOWN));
        announced.announce(instance("two", TWO, 30));
        services.refresh();

        assertThat(calls(4)).containsOnly(TWO);
    }

    @Test
    void instancesTakeTurnsAlsoWhenManyAskAtOnce() {
        announced.announce(instance("one", ONE, 30));
        announced.announce(instance("two", TWO, 30));
        services.refresh();

        var chosen = IntStream.range(0, 1000)
                .parallel()
                .mapToObj(each -> call(new ArrayList<>()))
                .toList();

        assertThat(chosen.stream().filter(ONE::equals)).hasSize(500);
    }

    @Test
    void whoFailedIsLeftAloneForAWhileAndHealedByACallThatGoesWell() {
        announced.announce(instance("one", ONE, 30));
        announced.announce(instance("two", TWO, 30));
        services.refresh();
        var ended = new ArrayList<Runnable>();
        var failed = call(ended, true);
        ended.forEach(Runnable::run);

        assertThat(services.list())
                .filteredOn(each -> each.address().equals(failed))
                .extracting(ServiceInstance::health)
                .containsExactly(Health.FAILING);
        assertThat(calls(4)).doesNotContain(failed);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(11));
        assertThat(calls(2)).contains(failed);
    }

    @Test
    void whereAllHaveFailedAllAreTried() {
        announced.announce(instance("one", ONE, 30));
        services.refresh();
        var ended = new ArrayList<Runnable>();
        call(ended, true);
        ended.forEach(Runnable::run);

        assertThat(calls(1)).containsExactly(ONE);
    }

    @Test
    void whileTheDatabaseIsAwayThoseKnownLastAreUsed() {
        announced.announce(instance("one", ONE, 1));
        services.refresh();
        jdbc.sql("ALTER TABLE service_instance RENAME TO away").update();
        try {
            assertThatThrownBy(services::refresh).isInstanceOf(DataAccessException.class);
            assertThat(calls(2)).containsOnly(ONE);
        } finally {
            jdbc.sql("ALTER TABLE away RENAME TO service_instance").update();
        }
    }

    @Test
    void aHubsOwnServiceIsUpWhateverTheTableSays() {
        var own = instance("own", ONE, 1);
        announced.announce(instance("own", TWO, 1).with(Health.DOWN));
        services.offer(List.of(own));
        services.refresh();

        assertThat(calls(2)).containsOnly(ONE);
        assertThat(services.list()).singleElement().satisfies(each -> {
            assertThat(each.health()).isEqualTo(Health.UP);
            assertThat(each.lastSeen()).isNotNull();
        });
    }

    @Test
    void aServiceThatNobodyOffersIsUnavailableAndSaysSo() {
        assertThatThrownBy(() -> calls(1)).isInstanceOf(Unavailable.class).hasMessageContaining("parcels");
    }

    @Test
    void credentialsGoToHubsToTheConfiguredHostAndToTrustedOnesOnly() {
        announced.announce(new ServiceInstance("parcels", "hub", "http://hub:1", Health.UP, null, 30, true));
        announced.announce(instance("other", ONE, 30));
        services.offer(List.of(new ServiceInstance("parcels", "own", "http://own:1", Health.UP, null, 30, true)));
        services.refresh();

        assertThat(services.isTrusted("parcels", "", "http://hub:1/labels")).isTrue();
        assertThat(services.isTrusted("parcels", "", "http://own:1/labels")).isTrue();
        assertThat(services.isTrusted("parcels", "", "http://trusted/labels")).isTrue();
        assertThat(services.isTrusted("parcels", "http://there", "http://there:80/labels"))
                .isTrue();
        for (var url : List.of(
                ONE + "/labels", "http://hub:2/labels", "https://hub:1/labels", "http://hub:1.evil", "http://own")) {
            assertThat(services.isTrusted("parcels", "", url)).as(url).isFalse();
        }
        assertThat(services.isTrusted("letters", "", "http://hub:1/labels")).isFalse();
        assertThat(services.isTrusted("parcels", "http://there", "http://hub:1"))
                .isFalse();
    }

    @Test
    void instanceOfAHubThatSomebodyAnnouncesElsewhereIsTrustedNoMore() {
        announced.announce(new ServiceInstance("parcels", "hub", "http://hub:1", Health.UP, null, 30, true));
        announced.announce(instance("hub", ONE, 30));
        services.refresh();

        assertThat(services.isTrusted("parcels", "", ONE)).isFalse();
    }

    @Test
    void aConfiguredAddressTakesThePlaceOfTheRegistry() throws InterruptedException {
        var camel = new DefaultCamelContext();

        assertThat(services.address("parcels", " http://there:1/ ", new DefaultExchange(camel)))
                .isEqualTo("http://there:1");
    }

    @Test
    void whileTheHubIsStartingCallsWait() throws Exception {
        announced.announce(instance("one", ONE, 30));
        var starting = new Services(announced, nanos::get, new AllowedAddresses(List.of("trusted")));
        starting.refresh();
        var camel = new DefaultCamelContext();
        var address = CompletableFuture.supplyAsync(() -> {
            try {
                return starting.address("parcels", "", new DefaultExchange(camel));
            } catch (InterruptedException stopped) {
                throw new IllegalStateException(stopped);
            }
        });
        await().during(Duration.ofMillis(300)).until(() -> !address.isDone());

        starting.offer(List.of());

        assertThat(address.get(10, TimeUnit.SECONDS)).isEqualTo(ONE);
    }

    @Test
    void theTableHasAnEndButHeartbeatsGoOn() {
        IntStream.range(0, 5).forEach(each -> announced.announce(instance("i" + each, ONE, 30)));

        assertThatThrownBy(() -> announced.announce(instance("i5", ONE, 30))).isInstanceOf(Conflict.class);
        assertThat(announced.announce(instance("i4", ONE, 30))).isEqualTo(Change.NONE);
    }

    @Test
    void heartbeatsOfOneInstanceAtOnceMakeOneRow() {
        IntStream.range(0, 50).parallel().forEach(each -> announced.announce(instance("one", ONE, 30)));

        assertThat(services.list()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "there",
                "ftp://there",
                "file:///etc/passwd",
                "http://",
                "http:///path",
                "http://user:secret@there",
                "http://there?a=b",
                "http://there#a",
                "http://there:70000",
                "http://the re",
                "http://there\n",
                "http://${body}",
                "javascript:alert(1)"
            })
    void whatIsNoBaseUrlIsNoAddress(String address) {
        assertThatThrownBy(() -> instance("one", address, 30))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.fields())
                                .extracting(Invalid.Field::name)
                                .containsExactly("address"));
    }

    @Test
    void anAddressHasAnEnd() {
        assertThatThrownBy(() -> instance("one", "http://there/" + "a".repeat(500), 30))
                .isInstanceOf(Invalid.class);
    }

    @ParameterizedTest
    @CsvSource({
        "Parcels,one",
        "9,one",
        "'',one",
        "a/b,one",
        "par cels,one",
        "parcels,''",
        "parcels,a/b",
        "parcels,-",
        "parcels,ä"
    })
    void namesArePlain(String name, String instance) {
        assertThatThrownBy(() -> new ServiceInstance(name, instance, ONE, Health.UP, null, 30, false))
                .isInstanceOf(Invalid.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 3601, Integer.MAX_VALUE})
    void aTimeToLiveHasBounds(int seconds) {
        assertThatThrownBy(() -> instance("one", ONE, seconds)).isInstanceOf(Invalid.class);
    }

    private Health health(String instance) {
        return services.list().stream()
                .filter(each -> each.instance().equals(instance))
                .findFirst()
                .orElseThrow()
                .health();
    }

    private List<String> calls(int number) {
        return IntStream.range(0, number)
                .mapToObj(each -> call(new ArrayList<>()))
                .toList();
    }

    private String call(List<Runnable> ends) {
        return call(ends, false);
    }

    /** Picks, and adds what happens when the exchange that picked ends. */
    private String call(List<Runnable> ends, boolean fails) {
        var exchange = new DefaultExchange(new DefaultCamelContext());
        try {
            var address = services.address("parcels", "", exchange);
            for (var each : completions(exchange)) {
                ends.add(() -> {
                    if (fails) {
                        each.onFailure(exchange);
                    } else {
                        each.onComplete(exchange);
                    }
                });
            }
            return address;
        } catch (InterruptedException stopped) {
            throw new IllegalStateException(stopped);
        }
    }

    private static List<org.apache.camel.spi.Synchronization> completions(Exchange exchange) {
        var all = exchange.getExchangeExtension().handoverCompletions();
        return all == null ? List.of() : all;
    }

    private static ServiceInstance instance(String instance, String address, int ttl) {
        return new ServiceInstance("parcels", instance, address, Health.UP, null, ttl, false);
    }
}
