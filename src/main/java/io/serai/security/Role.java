// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** What a user may do; each role includes those it names. */
enum Role {
    /** Reads the metrics for Prometheus, and nothing else. */
    METRICS,
    /** Reads everything under {@code /api}, its description and the metrics. */
    READER,
    /** Publishes events and calls services; reads what services answer, nothing else. */
    CLIENT,
    /** Reads, calls, and runs the hub: jobs, replays, suspending routes. */
    OPERATOR,
    /** Does all of it, and changes routes. */
    EDITOR;

    /** This role and those it includes, as Spring Security names them ({@code ROLE_READER}). */
    static List<GrantedAuthority> authorities(Set<Role> roles) {
        var all = EnumSet.copyOf(roles);
        roles.forEach(role -> all.addAll(role.included()));
        return all.stream()
                .<GrantedAuthority>map(role -> new SimpleGrantedAuthority("ROLE_" + role.name()))
                .toList();
    }

    /** As written in the configuration. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Those that this one contains. */
    Set<Role> included() {
        return switch (this) {
            case METRICS, CLIENT -> Set.of();
            case READER -> Set.of(METRICS);
            case OPERATOR -> Set.of(METRICS, READER, CLIENT);
            case EDITOR -> Set.of(METRICS, READER, CLIENT, OPERATOR);
        };
    }
}
