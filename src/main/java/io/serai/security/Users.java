// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Gives the users of the configuration and of the users file as they are now.
 *
 * <p>Looks at the file four times a second and takes a change that two looks have seen, so that no half of it is taken. A
 * file that is broken or gone changes nothing: the last good users stay, and the log says why. Thread-safe.
 */
final class Users implements Supplier<Accounts>, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Users.class);
    private static final long LOOK_MILLIS = 250;

    private final List<Candidate> configured;
    private final @Nullable UsersFile file;
    private volatile Accounts current;
    private String judged = "";
    private String seen = "";
    private @Nullable ScheduledExecutorService looking;

    /**
     * Reads them for the first time.
     *
     * @param file beside those configured, or null
     * @throws StartRefused when one of them is not a user, or the file names nobody and the configuration neither
     */
    Users(List<AccessProperties.User> configured, @Nullable UsersFile file) {
        this.configured = Candidate.of(configured);
        this.file = file;
        if (file == null) {
            this.current = new Accounts(this.configured);
        } else {
            this.judged = file.text();
            this.seen = judged;
            this.current = accounts(file.users(judged));
            file.warnUnlessOwnersAlone();
        }
    }

    @Override
    public Accounts get() {
        return current;
    }

    /** Takes what has changed, where the look before saw the same. */
    synchronized void look() {
        if (file == null) {
            return;
        }
        String text;
        try {
            text = file.text();
        } catch (StartRefused unreadable) {
            refused(unreadable.reason(), unreadable);
            return;
        }
        if (!text.equals(seen)) {
            seen = text;
        } else if (!text.equals(judged)) {
            judged = text;
            take(file, text);
        }
    }

    private void take(UsersFile file, String text) {
        try {
            var accounts = accounts(file.users(text));
            current = accounts;
            LOG.info("users file: taken users={}", accounts.size());
            file.warnUnlessOwnersAlone();
        } catch (StartRefused broken) {
            warn(broken);
        }
    }

    /** Says once that it cannot be read; what is read next is judged anew. */
    private void refused(String reason, StartRefused unreadable) {
        if (!reason.equals(judged)) {
            judged = reason;
            warn(unreadable);
        }
        seen = "";
    }

    private static void warn(StartRefused broken) {
        LOG.warn("the users of before stay: {} {}", broken.reason(), broken.wayOut());
    }

    private Accounts accounts(List<Candidate> ofFile) {
        var all = new ArrayList<>(configured);
        all.addAll(ofFile);
        if (all.isEmpty()) {
            throw new StartRefused(
                    "The users file names nobody, so nobody could log in.",
                    "Write a user into it, or unset serai.security.users-file for a hub without login.");
        }
        return new Accounts(all);
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // look() catches what is foreseen; stop() ends it
    public synchronized void start() {
        if (file != null && looking == null) {
            looking = Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("users-file-"));
            looking.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public synchronized void stop() {
        if (looking != null) {
            looking.shutdownNow();
            looking = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return looking != null;
    }
}
