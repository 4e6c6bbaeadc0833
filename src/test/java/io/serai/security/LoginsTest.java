// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.serai.security.AccessProperties.User;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

@ExtendWith(OutputCaptureExtension.class)
class LoginsTest {

    private final Counting encoder = new Counting();
    private Accounts accounts = accounts(user("ann", "right", "editor"));
    private final SettableClock clock = new SettableClock();
    private final Logins logins =
            new Logins(() -> accounts, encoder, new FailedLogins(clock), clock, 1, Duration.ofMinutes(1));

    private static User user(String name, String password, String role) {
        return new User(name, new BCryptPasswordEncoder(4).encode(password), List.of(role));
    }

    private static Accounts accounts(User... users) {
        return new Accounts(Candidate.of(List.of(users)));
    }

    @Test
    void oldPasswordRemovedUserAndOldRolesEndAtOnce() {
        var before = login("ann", "right");
        assertThat(before.isAuthenticated()).isTrue();

        accounts = accounts(user("ann", "other", "editor"));
        assertThat(before.isAuthenticated()).isFalse();
        assertThatThrownBy(() -> login("ann", "right")).isInstanceOf(BadCredentialsException.class);
        assertThat(login("ann", "other").isAuthenticated()).isTrue();

        accounts = accounts(user("ann", "other", "reader"));
        assertThat(login("ann", "other").getAuthorities())
                .extracting(Object::toString)
                .doesNotContain("ROLE_EDITOR");

        accounts = accounts(user("bob", "other", "reader"));
        assertThatThrownBy(() -> login("ann", "other")).isInstanceOf(BadCredentialsException.class);
    }

    private Authentication login(String name, String password) {
        return logins.authenticate(UsernamePasswordAuthenticationToken.unauthenticated(name, password));
    }

    private static Authentication login(Logins logins, String address, String name, String password) {
        var login = UsernamePasswordAuthenticationToken.unauthenticated(name, password);
        login.setDetails(new WebAuthenticationDetails(address, null));
        return logins.authenticate(login);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "nobody"})
    void guessesOfStrangersDelayAUserByOneCheckAtTheMost(String guessed) {
        var users = accounts(user("ann", "right", "editor"), user("bob", "right", "editor"));
        var busy = new Logins(() -> users, encoder, new FailedLogins(clock), clock, 1, Duration.ofMinutes(1));
        encoder.hold();
        var pool = Executors.newFixedThreadPool(81);
        var guesses = new ArrayList<CompletableFuture<Void>>();
        try {
            for (int i = 0; i < 80; i++) {
                var number = i;
                var name = guessed.equals("nobody") ? guessed + i : guessed;
                guesses.add(CompletableFuture.runAsync(() -> login(busy, "10.0.0.1", name, "wrong" + number), pool));
            }
            await().until(() -> encoder.checks.get() == 1);
            var bob = CompletableFuture.supplyAsync(() -> login(busy, "10.0.0.2", "bob", "right"), pool);
            encoder.releaseOneByOne();
            await().until(() -> {
                encoder.letOnePass();
                return bob.isDone();
            });
            assertThat(bob.join().isAuthenticated()).isTrue();
            assertThat(encoder.checks.get()).isLessThanOrEqualTo(5);
            assertThat(guesses).anyMatch(CompletableFuture::isCompletedExceptionally);
        } finally {
            encoder.release();
            pool.shutdownNow();
        }
    }

    @Test
    void tenWrongPasswordsStopTheChecksOfThatAddressAndNameForAMinute() {
        for (int i = 0; i < LoginQueues.MOST_WRONG; i++) {
            assertThatThrownBy(() -> login(logins, "10.0.0.1", "ann", "wrong"))
                    .isInstanceOf(BadCredentialsException.class);
        }
        assertThatThrownBy(() -> login(logins, "10.0.0.1", "ann", "wrong")).isInstanceOf(LoginsBusy.class);
        assertThat(encoder.checks).hasValue(LoginQueues.MOST_WRONG);
        assertThat(login(logins, "10.0.0.2", "ann", "right").isAuthenticated()).isTrue();
        clock.pass(LoginQueues.REMEMBERED.plusSeconds(1));
        assertThatThrownBy(() -> login(logins, "10.0.0.1", "ann", "wrong")).isInstanceOf(BadCredentialsException.class);
    }

    @Test
    void rightPasswordIsCheckedOnceInFiveMinutes() {
        for (int i = 0; i < 10; i++) {
            assertThat(login("ann", "right").getAuthorities()).hasSize(5);
        }
        assertThat(encoder.checks).hasValue(1);
        clock.pass(Logins.REMEMBERED.plusSeconds(1));
        login("ann", "right");
        assertThat(encoder.checks).hasValue(2);
    }

    @Test
    void rememberedLoginDoesNotLetAnotherPasswordIn() {
        login("ann", "right");
        assertThatThrownBy(() -> login("ann", "wrong")).isInstanceOf(BadCredentialsException.class);
        assertThatThrownBy(() -> login("anne", "right")).isInstanceOf(BadCredentialsException.class);
    }

    @Test
    void wrongPasswordIsCheckedEachTimeAndSoIsUnknownUser() {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> login("ann", "wrong")).isInstanceOf(BadCredentialsException.class);
            assertThatThrownBy(() -> login("nobody", "right")).isInstanceOf(BadCredentialsException.class);
        }
        assertThat(encoder.checks).hasValue(6);
    }

    @Test
    void burstOfOneClientIsCheckedOnce() {
        encoder.hold();
        var pool = Executors.newFixedThreadPool(20);
        try {
            var all = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> login("ann", "right"), pool))
                    .toList();
            await().until(() -> encoder.checks.get() == 1);
            encoder.release();
            assertThat(all)
                    .allSatisfy(
                            each -> assertThat(each.join().isAuthenticated()).isTrue());
            assertThat(encoder.checks).hasValue(1);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void guessesBeyondThoseThatMayWaitAreTurnedAwayWhileRememberedLoginsPass() {
        login("ann", "right");
        encoder.hold();
        var pool = Executors.newFixedThreadPool(80);
        try {
            var all = IntStream.range(0, 80)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> login("ann", "wrong" + i), pool))
                    .toList();
            await().until(() -> all.stream()
                            .filter(CompletableFuture::isCompletedExceptionally)
                            .count()
                    >= 15);
            assertThat(login("ann", "right").isAuthenticated()).isTrue();
            assertThatThrownBy(() -> login("ann", "another")).isInstanceOf(LoginsBusy.class);
            encoder.release();
            assertThat(all).allSatisfy(each -> assertThatThrownBy(each::join).isNotNull());
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void nobodyWaitsLongerForACheckThanPatienceLasts() {
        var impatient = new Logins(() -> accounts, encoder, new FailedLogins(clock), clock, 1, Duration.ofMillis(1));
        encoder.hold();
        var first = CompletableFuture.runAsync(
                () -> impatient.authenticate(UsernamePasswordAuthenticationToken.unauthenticated("ann", "right")));
        await().until(() -> encoder.checks.get() == 1);
        assertThatThrownBy(() ->
                        impatient.authenticate(UsernamePasswordAuthenticationToken.unauthenticated("ann", "right")))
                .isInstanceOf(LoginsBusy.class);
        encoder.release();
        first.join();
    }

    @Test
    void failedLoginsAreLoggedOnceASecondAndMadePrintable(CapturedOutput output) {
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> login("eve\r\n\u2028\u001b[31m\"" + "x".repeat(100), "p4ss"))
                    .isInstanceOf(BadCredentialsException.class);
        }
        clock.pass(Duration.ofSeconds(1));
        assertThatThrownBy(() -> login("mallory", "p4ss")).isInstanceOf(BadCredentialsException.class);
        assertThat(output.getOut().lines().filter(line -> line.contains("login failed")))
                .hasSize(2)
                .anySatisfy(line -> assertThat(line)
                        .contains("user=\"eve????[31m?xxx")
                        .contains("…\"")
                        .contains("leftOut=0"))
                .anySatisfy(line -> assertThat(line).contains("user=\"mallory\" leftOut=4"));
        assertThat(output).doesNotContain("p4ss");
    }

    /** Counts checks, and can be made to hang in them. */
    private static final class Counting implements PasswordEncoder {

        private final PasswordEncoder bcrypt = new BCryptPasswordEncoder(4);
        private final AtomicInteger checks = new AtomicInteger();
        private volatile @Nullable Semaphore oneByOne;
        private volatile CountDownLatch gate = new CountDownLatch(0);

        void hold() {
            gate = new CountDownLatch(1);
        }

        void release() {
            oneByOne = null;
            gate.countDown();
        }

        void releaseOneByOne() {
            oneByOne = new Semaphore(0);
            gate.countDown();
        }

        void letOnePass() {
            var turns = oneByOne;
            if (turns != null && turns.availablePermits() == 0) {
                turns.release();
            }
        }

        @Override
        public String encode(CharSequence password) {
            return bcrypt.encode(password);
        }

        @Override
        public boolean matches(CharSequence password, String hash) {
            checks.incrementAndGet();
            try {
                gate.await();
                var turns = oneByOne;
                if (turns != null) {
                    turns.acquire();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return bcrypt.matches(password, hash);
        }
    }

    private static final class SettableClock extends Clock {

        private volatile Instant now = Instant.EPOCH;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
