// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.suspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.bus.suspect.Suspects.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** How messages that may have ended a hub are told, on every database. Hubs are processes elsewhere; here they share one. */
abstract class SuspectsContract {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration DEAD_AFTER = Duration.ofMillis(1500);
    private static final Duration TURN = Duration.ofSeconds(4);
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final List<ScheduledThreadPoolExecutor> timers = new ArrayList<>();
    private JdbcClient jdbc;

    abstract DriverManagerDataSource database();

    @BeforeEach
    void tables() {
        var database = database();
        Flyway.configure()
                .dataSource(database)
                .locations("classpath:db/migration")
                .load()
                .migrate();
        jdbc = JdbcClient.create(database);
        jdbc.sql("DELETE FROM hub_life").update();
    }

    @AfterEach
    void stopTimers() {
        timers.forEach(ScheduledThreadPoolExecutor::shutdownNow);
    }

    @Test
    void aHubThatDiedMakesMessagesSuspectAndOneThatStoppedDoesNot() {
        var one = hub();
        var other = hub();
        one.stop();
        await().during(DEAD_AFTER.plusSeconds(2)).atMost(SOON).until(() -> !other.suspects.areAbout());
        var third = hub();

        third.die();

        await().atMost(SOON).until(other.suspects::areAbout);
    }

    @Test
    void aMessageIsGivenUpWhenTheThirdHubHasDied() {
        var bad = newMessage();
        for (int death = 1; death < Suspects.MOST_DEATHS; death++) {
            var hub = hub();
            assertThat(hub.begin(bad).verdict()).isEqualTo(Verdict.TRY);
            hub.die();
        }

        var last = hub();

        assertThat(last.begin(bad).verdict()).isEqualTo(Verdict.GIVE_UP);
        assertThat(last.begin(newMessage()).verdict()).isEqualTo(Verdict.TRY);
    }

    @Test
    void aMessageThatWasDealtWithIsNotBlamedForALaterDeath() {
        var good = newMessage();
        for (int death = 0; death < Suspects.MOST_DEATHS; death++) {
            var hub = hub();
            hub.begin(good).end().run();
            await().atMost(SOON).until(() -> trials(good) == 0);
            hub.die();
        }

        assertThat(hub().begin(good).verdict()).isEqualTo(Verdict.TRY);
    }

    @Test
    void aHubThatStopsInOrderWithAMessageInHandIsNoDeath() {
        var slow = newMessage();
        for (int stop = 0; stop < Suspects.MOST_DEATHS; stop++) {
            var hub = hub();
            hub.begin(slow);
            hub.stop();
        }

        assertThat(hub().begin(slow).verdict()).isEqualTo(Verdict.TRY);
        assertThat(trials(slow)).isEqualTo(1);
    }

    /** The renewal that runs while the hub stops would bring its row back. */
    @Test
    void aStopIsNoDeathWheneverItComes() {
        for (int stop = 0; stop < 50; stop++) {
            var lives = new HubLives(jdbc, "stop-" + stop, DEAD_AFTER);
            var renewing = CompletableFuture.runAsync(() -> {
                for (int time = 0; time < 20; time++) {
                    lives.renew();
                }
            });
            lives.end();
            renewing.join();
        }

        assertThat(jdbc.sql("SELECT COUNT(*) FROM hub_life WHERE id LIKE 'stop-%'")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void oneIsTriedAtATimeAndTheNextWhenItIsDealtWith() {
        var hub = hub();
        var first = hub.begin(newMessage());
        var second = CompletableFuture.supplyAsync(() -> hub.begin(newMessage()));
        await().during(Duration.ofMillis(300)).until(() -> !second.isDone());

        first.end().run();
        first.end().run();

        assertThat(second.orTimeout(10, TimeUnit.SECONDS).join().verdict()).isEqualTo(Verdict.TRY);
        var third = CompletableFuture.supplyAsync(() -> hub.begin(newMessage()));
        await().during(Duration.ofMillis(300)).until(() -> !third.isDone());
        second.join().end().run();
        third.join();
    }

    @Test
    void theOthersDoNotWaitForEverForOneThatTakesLong() {
        var hub = hub();
        hub.begin(newMessage());

        var from = System.nanoTime();
        for (int other = 0; other < 20; other++) {
            assertThat(hub.begin(newMessage()).verdict()).isEqualTo(Verdict.TRY);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(TURN.multipliedBy(3));
    }

    @Test
    void aMessageThatAnotherHubTriesIsWaitedForUntilThatHubIsDead() {
        var bad = newMessage();
        var one = hub();
        var other = hub();
        one.begin(bad);
        var again = CompletableFuture.supplyAsync(() -> other.begin(bad));
        await().during(DEAD_AFTER.plusSeconds(1)).atMost(SOON).until(() -> !again.isDone());

        one.die();

        assertThat(again.orTimeout(20, TimeUnit.SECONDS).join().verdict()).isEqualTo(Verdict.TRY);
        assertThat(trials(bad)).isEqualTo(2);
    }

    @Test
    void whoeverStopsLeavesTheMessage() {
        var bad = newMessage();
        var one = hub();
        one.begin(bad);
        var goesOn = new AtomicBoolean(true);
        var other = hub();
        var again = CompletableFuture.supplyAsync(() -> other.suspects.begin(bad, goesOn::get));

        goesOn.set(false);

        assertThat(again.orTimeout(10, TimeUnit.SECONDS).join().verdict()).isEqualTo(Verdict.LEAVE);
    }

    @Test
    void messagesAreTriedWhileTheDatabaseIsAway() {
        var nowhere = new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/none", "none", "");
        var hub = new Hub(new HubLives(JdbcClient.create(nowhere), "none", DEAD_AFTER));

        assertThat(hub.begin(newMessage()).verdict()).isEqualTo(Verdict.TRY);
        hub.stop();
    }

    @Test
    void deathsAreForgottenAfterAnHourAndTrialsAfterAWeek() {
        var bad = newMessage();
        var hub = hub();
        life("hour", 61 * 60, null);
        life("trial", 61 * 60, bad);
        life("week", 8 * 24 * 60 * 60, bad);

        hub.lives.forget();

        assertThat(jdbc.sql("SELECT id FROM hub_life WHERE id IN ('hour', 'trial', 'week')")
                        .query(String.class)
                        .list())
                .containsExactly("trial");
        assertThat(hub.lives.hasAnotherDied()).isFalse();
        assertThat(hub.lives.trialsOf(bad)).containsExactly(true);
    }

    private void life(String id, int secondsAgo, @Nullable String trial) {
        jdbc.sql("INSERT INTO hub_life (id, seen_at, trial) VALUES (:id,"
                        + " CURRENT_TIMESTAMP - CAST(:seconds AS INTEGER) * INTERVAL '1' SECOND, :trial)")
                .param("id", id)
                .param("seconds", secondsAgo)
                .param("trial", trial)
                .update();
    }

    private int trials(String message) {
        return jdbc.sql("SELECT COUNT(*) FROM hub_life WHERE trial = :trial")
                .param("trial", message)
                .query(Integer.class)
                .single();
    }

    private Hub hub() {
        return new Hub(new HubLives(jdbc, "hub-" + NAMES.incrementAndGet(), DEAD_AFTER));
    }

    private static String newMessage() {
        return "message-" + NAMES.incrementAndGet();
    }

    private final class Hub {

        private final HubLives lives;
        private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        private final Suspects suspects;

        Hub(HubLives lives) {
            this.lives = lives;
            this.suspects = new Suspects(lives, timer, TURN);
            timers.add(timer);
            suspects.start();
        }

        Suspects.Trial begin(String message) {
            return suspects.begin(message, () -> true);
        }

        void die() {
            timer.shutdownNow();
        }

        void stop() {
            suspects.stop();
        }
    }
}
