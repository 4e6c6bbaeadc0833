// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.security.web.authentication.WebAuthenticationDetails;

/**
 * Checks name and password of every request, and remembers those that were right.
 *
 * <p>A bcrypt check costs 50-100 ms of a core. Credentials that were right are therefore remembered for five minutes, at
 * most 1,000 of them, under an HMAC with a key of this process: neither password nor hash can be read back from it. They
 * count no longer once the user is removed or changed.
 * Wrong ones are not remembered. At most half the cores check at once, and a request waits up to a second. Checks of one
 * address and name go one after the other, at most 32 of them wait, and so do all checks of names that nobody has: a
 * stranger's guesses delay a user by one check. After 10 wrong passwords within a minute for one address and name, its
 * next ones are not checked until that minute is over. Requests that are not checked fail with {@link LoginsBusy}.
 *
 * <p>Thread-safe.
 */
final class Logins implements AuthenticationProvider {

    static final Duration REMEMBERED = Duration.ofMinutes(5);

    private static final int MOST_REMEMBERED = 1_000;
    private static final int HALF_THE_CORES = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    private static final String HMAC = "HmacSHA256";

    private final Supplier<Accounts> users;
    private final PasswordEncoder encoder;
    private final FailedLogins failed;
    private final SecretKeySpec secret;
    private final Cache<ByteBuffer, Account> remembered;
    private final LoginQueues queues;

    Logins(Supplier<Accounts> users, PasswordEncoder encoder, FailedLogins failed, Clock clock) {
        this(users, encoder, failed, clock, HALF_THE_CORES, Duration.ofSeconds(1));
    }

    Logins(
            Supplier<Accounts> users,
            PasswordEncoder encoder,
            FailedLogins failed,
            Clock clock,
            int checksAtOnce,
            Duration patience) {
        this.users = users;
        this.encoder = encoder;
        this.failed = failed;
        this.queues = new LoginQueues(checksAtOnce, patience, clock);
        this.remembered = Caffeine.newBuilder()
                .maximumSize(MOST_REMEMBERED)
                .expireAfterWrite(REMEMBERED)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
        var random = new byte[32];
        new SecureRandom().nextBytes(random);
        this.secret = new SecretKeySpec(random, HMAC);
    }

    @Override
    public Authentication authenticate(Authentication request) {
        var name = request.getName();
        var password = String.valueOf(request.getCredentials());
        var key = key(name, password);
        var known = remembered(key);
        var account = known == null ? check(key, name, password, address(request)) : known;
        if (account == null) {
            failed.failed(name, address(request));
            throw new BadCredentialsException("unknown user or wrong password");
        }
        var login = new Login(account, users);
        login.setDetails(request.getDetails());
        return login;
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return UsernamePasswordAuthenticationToken.class.isAssignableFrom(authentication);
    }

    private @Nullable Account remembered(ByteBuffer key) {
        var account = remembered.getIfPresent(key);
        return account != null && users.get().hold(account) ? account : null;
    }

    private @Nullable Account check(ByteBuffer key, String name, String password, String address) {
        var accounts = users.get();
        var account = accounts.find(name).orElse(null);
        return queues.run(address, account == null ? "" : name, () -> {
            // A burst of first calls of one client waits here for the first of them
            var known = remembered(key);
            if (known != null) {
                return known;
            }
            // Somebody's hash is checked even where nobody has the name, so that the time taken does not tell
            var right = encoder.matches(password, account == null ? accounts.anyHash() : account.hash());
            if (account == null || !right) {
                return null;
            }
            remembered.put(key, account);
            return account;
        });
    }

    private static String address(Authentication request) {
        return request.getDetails() instanceof WebAuthenticationDetails details ? details.getRemoteAddress() : "";
    }

    // A colon as in the header itself: a name cannot have one, so two logins never share a key
    private ByteBuffer key(String name, String password) {
        try {
            var mac = Mac.getInstance(HMAC);
            mac.init(secret);
            return ByteBuffer.wrap(mac.doFinal((name + ":" + password).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }
}
