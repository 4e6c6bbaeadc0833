// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.serai.message.Unavailable;
import io.serai.registry.ServiceInstance.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Picks an instance for each call of a route, in turn (client-side load balancing):
 *
 * <pre>{@code
 * - setHeader:
 *     name: CamelHttpUri
 *     simple: "${bean:services?method=address('fulfilment', '', ${exchange})}/api/fulfilment/shipments"
 * }</pre>
 *
 * <p>Works from memory: while the database is away, the instances known last are used. How the exchange ends tells how
 * the instance does; within a {@code circuitBreaker}, how each run of that block ends, since it has a unit of work of its
 * own. An instance that has failed is left alone for ten seconds while there is another. Thread-safe.
 */
public final class Services {

    private static final Duration LEFT_ALONE = Duration.ofSeconds(10);
    private static final Duration START = Duration.ofSeconds(30);

    private final AnnouncedServices announced;
    private final AllowedAddresses trusted;
    private final Cache<String, Boolean> failing;
    private final Map<String, AtomicInteger> turns = new ConcurrentHashMap<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile List<ServiceInstance> own = List.of();
    private volatile List<ServiceInstance> known = List.of();

    Services(AnnouncedServices announced, Ticker ticker, AllowedAddresses trusted) {
        this.announced = announced;
        this.trusted = trusted;
        this.failing = Caffeine.newBuilder()
                .maximumSize(1000)
                .expireAfterWrite(LEFT_ALONE)
                .ticker(ticker)
                .build();
    }

    /**
     * The base URL to call next. Waits while this hub is starting, since it may be the one that is called.
     *
     * @param service its name
     * @param configured a base URL that takes the place of the registry; none where empty
     * @param exchange the one that calls; its end tells whether the call went well
     * @throws Unavailable when no instance is up
     */
    public String address(String service, String configured, Exchange exchange) throws InterruptedException {
        if (!configured.isBlank()) {
            return configured.strip().replaceFirst("/+$", "");
        }
        if (!started.await(START.toSeconds(), TimeUnit.SECONDS)) {
            throw new Unavailable("calling service " + service + ": this hub has not started in time, try again");
        }
        var chosen = choose(service);
        var instance = key(service, chosen);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onComplete(Exchange done) {
                failing.invalidate(instance);
            }

            @Override
            public void onFailure(Exchange failed) {
                failing.put(instance, true);
            }
        });
        return chosen;
    }

    /**
     * Whether a call may carry the credentials that the hub has for a service. They belong to hosts, not to the name: the
     * configured one, those that hubs announce themselves, and those of {@code serai.registry.trusted-addresses}.
     *
     * @param service its name
     * @param configured as for {@link #address}
     * @param url that is called
     */
    public boolean isTrusted(String service, String configured, String url) {
        if (!configured.isBlank()) {
            return AllowedAddresses.haveSameOrigin(configured.strip(), url);
        }
        return known.stream()
                        .filter(each -> each.byHub() && each.name().equals(service))
                        .anyMatch(each -> AllowedAddresses.haveSameOrigin(each.address(), url))
                || trusted.allow(url);
    }

    /** All instances there are now, with what this hub knows of their health; asks the database. */
    List<ServiceInstance> list() {
        refresh();
        return known.stream()
                .map(each -> each.health() == Health.UP && isFailing(each.name(), each.address())
                        ? each.with(Health.FAILING)
                        : each)
                .toList();
    }

    /** Names what this hub itself offers: up as long as it can ask, whatever the table says. */
    void offer(List<ServiceInstance> services) {
        own = List.copyOf(services);
        known = merge(known);
        started.countDown();
    }

    /** Reads the table anew; where that fails, what was known stays. */
    void refresh() {
        known = merge(announced.all());
    }

    private List<ServiceInstance> merge(List<ServiceInstance> rows) {
        var merged = new ArrayList<ServiceInstance>();
        rows.stream().filter(row -> own.stream().noneMatch(row::isSameAs)).forEach(merged::add);
        for (var each : own) {
            merged.add(rows.stream()
                    .filter(each::isSameAs)
                    .findFirst()
                    .map(row -> each.seen(row.lastSeen()))
                    .orElse(each));
        }
        return List.copyOf(merged);
    }

    private String choose(String service) {
        var up = known.stream()
                .filter(each -> each.name().equals(service) && each.health() == Health.UP)
                .map(ServiceInstance::address)
                .toList();
        if (up.isEmpty()) {
            throw new Unavailable("calling service " + service
                    + ": no instance of it is up; GET /api/services shows what is announced");
        }
        var well = up.stream().filter(each -> !isFailing(service, each)).toList();
        var candidates = well.isEmpty() ? up : well;
        var turn = turns.computeIfAbsent(service, first -> new AtomicInteger()).getAndIncrement();
        return candidates.get(Math.floorMod(turn, candidates.size()));
    }

    private boolean isFailing(String service, String address) {
        return failing.getIfPresent(key(service, address)) != null;
    }

    /** One address may offer several services. */
    private static String key(String service, String address) {
        return service + " " + address;
    }
}
