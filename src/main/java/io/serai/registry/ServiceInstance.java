// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.serai.message.Invalid;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One place where a service answers, as it was last announced.
 *
 * <pre>{@code
 * {"name": "fulfilment", "instance": "hub1-8080", "address": "http://hub1:8080", "health": "UP",
 *  "lastSeen": "2026-11-21T10:00:00Z", "ttlSeconds": 15}
 * }</pre>
 *
 * @param name the service, 1 to 64 lower-case letters, digits and hyphens
 * @param instance which of its instances, 1 to 128 characters
 * @param address base URL, http or https; paths of the service follow it
 * @param lastSeen when it was announced last, by the database's clock; absent before the first time
 * @param ttlSeconds how long after that it counts as stale
 * @param byHub whether a hub has announced it as its own; anybody else's gets no credentials of the hub
 */
record ServiceInstance(
        String name,
        String instance,
        String address,
        Health health,
        @Nullable Instant lastSeen,
        int ttlSeconds,
        @JsonIgnore boolean byHub) {

    /** Whether to call it. */
    enum Health {
        /** It says that it works, and calls have not shown otherwise. */
        UP,
        /** It says itself that it wants no calls. */
        DOWN,
        /** Not heard of for longer than it promised. */
        STALE,
        /** The last call of this hub to it failed, a moment ago. */
        FAILING
    }

    static final int MIN_TTL = 1;
    static final int MAX_TTL = 3600;

    private static final int MAX_ADDRESS = 512;
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");
    private static final Pattern INSTANCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");

    /** @throws Invalid naming each part that is out of bounds */
    ServiceInstance {
        var wrong = new ArrayList<Invalid.Field>();
        if (!NAME.matcher(name).matches()) {
            wrong.add(new Invalid.Field(
                    "name", "expected 1 to 64 lower-case letters, digits and hyphens, a letter first"));
        }
        if (!INSTANCE.matcher(instance).matches()) {
            wrong.add(new Invalid.Field(
                    "instance", "expected 1 to 128 letters, digits and . _ : -, a letter or digit first"));
        }
        if (ttlSeconds < MIN_TTL || ttlSeconds > MAX_TTL) {
            wrong.add(new Invalid.Field("ttlSeconds", "expected " + MIN_TTL + " to " + MAX_TTL));
        }
        if (isBaseUrl(address)) {
            address = address.replaceFirst("/+$", "");
        } else {
            wrong.add(new Invalid.Field(
                    "address",
                    "expected http:// or https://, a host, perhaps a port and a path, in at most " + MAX_ADDRESS
                            + " characters"));
        }
        if (!wrong.isEmpty()) {
            throw new Invalid("announcing service: " + wrong.size() + " part(s) invalid", List.copyOf(wrong), null);
        }
    }

    ServiceInstance with(Health other) {
        return new ServiceInstance(name, instance, address, other, lastSeen, ttlSeconds, byHub);
    }

    ServiceInstance seen(@Nullable Instant when) {
        return new ServiceInstance(name, instance, address, health, when, ttlSeconds, byHub);
    }

    boolean isSameAs(ServiceInstance other) {
        return name.equals(other.name) && instance.equals(other.instance);
    }

    private static boolean isBaseUrl(String address) {
        if (address.length() > MAX_ADDRESS) {
            return false;
        }
        try {
            var url = new URI(address);
            var scheme = url.getScheme();
            return scheme != null
                    && List.of("http", "https").contains(scheme.toLowerCase(Locale.ROOT))
                    && url.getHost() != null
                    && url.getPort() <= 65_535
                    && url.getUserInfo() == null
                    && url.getQuery() == null
                    && url.getFragment() == null;
        } catch (URISyntaxException malformed) {
            return false;
        }
    }
}
