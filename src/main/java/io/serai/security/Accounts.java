// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The users that may log in, checked when they are read; a refusal names the place and never the value. Immutable. */
final class Accounts {

    private static final String PREFIX = "{bcrypt}";
    private static final Pattern NAME = Pattern.compile("[^:\\p{Cntrl}]{1,64}");

    // The cost is bounded because each step doubles the time of a login: 14 takes about a second, 31 a day
    private static final Pattern HASH = Pattern.compile("\\$2[aby]?\\$(0[4-9]|1[0-4])\\$[./A-Za-z0-9]{53}");
    private static final String HASH_HINT =
            "Give a bcrypt hash of cost 4 to 14; bin/serai password asks for a password and prints its hash.";
    private static final String ROLES =
            Arrays.stream(Role.values()).map(Role::key).collect(Collectors.joining(", "));

    private final Map<String, Account> byName = new LinkedHashMap<>();

    /** @throws StartRefused when one of them is not a user */
    Accounts(List<Candidate> users) {
        for (var each : users) {
            var account = account(each.place(), each.user());
            if (byName.put(account.name(), account) != null) {
                throw new StartRefused(
                        each.place() + "name is the name of an earlier user.", "Give each user a name of its own.");
            }
        }
    }

    boolean isEmpty() {
        return byName.isEmpty();
    }

    int size() {
        return byName.size();
    }

    Optional<Account> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Whether it is the account of one of these users, with the same password and roles. */
    boolean hold(Account account) {
        return account.equals(byName.get(account.name()));
    }

    /** A hash that costs as much to check as one of a user. */
    String anyHash() {
        return byName.values().stream().map(Account::hash).findFirst().orElse("");
    }

    private static Account account(String place, AccessProperties.User user) {
        return new Account(
                name(place + "name", user.name()),
                hash(place + "password", user.password()),
                Role.authorities(roles(place + "roles", user.roles())));
    }

    private static String name(String key, @Nullable String name) {
        if (name == null || name.isBlank() || !NAME.matcher(name).matches()) {
            throw new StartRefused(
                    key + " is missing or cannot be sent by HTTP Basic.",
                    "Give a name of 1 to 64 characters without a colon or control characters.");
        }
        return name;
    }

    private static String hash(String key, @Nullable String password) {
        if (password == null || password.isBlank()) {
            throw new StartRefused(key + " is missing.", HASH_HINT);
        }
        var hash = password.startsWith(PREFIX) ? password.substring(PREFIX.length()) : password;
        if (!HASH.matcher(hash).matches()) {
            throw new StartRefused(key + " is not a bcrypt hash.", HASH_HINT);
        }
        return hash;
    }

    private static EnumSet<Role> roles(String key, List<String> names) {
        if (names.isEmpty()) {
            throw new StartRefused(key + " is empty.", "Give at least one of: " + ROLES + ".");
        }
        var roles = EnumSet.noneOf(Role.class);
        for (int i = 0; i < names.size(); i++) {
            roles.add(role(key + "[" + i + "]", names.get(i).strip().toLowerCase(Locale.ROOT)));
        }
        return roles;
    }

    private static Role role(String key, String name) {
        return Arrays.stream(Role.values())
                .filter(role -> role.key().equals(name))
                .findFirst()
                .orElseThrow(() -> new StartRefused(key + " is not a role.", "Give one of: " + ROLES + "."));
    }
}
