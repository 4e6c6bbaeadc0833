// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import io.serai.message.HubException;
import io.serai.message.HubName;
import io.serai.registry.ServiceInstance.Health;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.boot.web.server.Ssl;
import org.springframework.context.ApplicationListener;
import org.springframework.dao.DataAccessException;

/**
 * Announces what this hub offers once it serves, repeats that, and withdraws it when the hub stops. A hub that dies goes
 * stale.
 */
final class OwnServices implements ApplicationListener<ApplicationReadyEvent>, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(OwnServices.class);

    private final AnnouncedServices announced;
    private final Services services;
    private final RegistryProperties properties;
    private final ServerProperties server;
    private final HubName hub;
    private final ScheduledExecutorService timer = new ScheduledThreadPoolExecutor(1, task -> {
        var worker = new Thread(task, "registry");
        worker.setDaemon(true);
        return worker;
    });
    private volatile List<ServiceInstance> own = List.of();
    private volatile boolean away;

    OwnServices(
            AnnouncedServices announced,
            Services services,
            RegistryProperties properties,
            ServerProperties server,
            HubName hub) {
        this.hub = hub;
        this.announced = announced;
        this.services = services;
        this.properties = properties;
        this.server = server;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        if (ready.getApplicationContext() instanceof WebServerApplicationContext web && web.getWebServer() != null) {
            int port = web.getWebServer().getPort();
            var address = properties.address().isBlank()
                    ? (Ssl.isEnabled(server.getSsl()) ? "https://" : "http://") + host() + ":" + port
                    : properties.address();
            var instance = "%s-%d".formatted(instanceName(), port);
            int ttl = (int)
                    Math.min(ServiceInstance.MAX_TTL, 3 * properties.heartbeat().toSeconds());
            own = properties.services().stream()
                    .map(name -> new ServiceInstance(name, instance, address, Health.UP, null, ttl, true))
                    .toList();
        }
        services.offer(own);
        timer.scheduleWithFixedDelay(this::beat, 0, properties.heartbeat().toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void destroy() throws InterruptedException {
        timer.shutdown();
        // a beat under way would announce again
        if (!timer.awaitTermination(3, TimeUnit.SECONDS) || away) {
            LOG.debug("own services go stale by themselves");
            return;
        }
        try {
            for (var each : own) {
                announced.withdraw(each.name(), each.instance());
            }
        } catch (DataAccessException | HubException gone) {
            LOG.debug("own services go stale by themselves", gone);
        }
    }

    private void beat() {
        try {
            own.forEach(announced::announce);
            announced.forgetSilent();
            services.refresh();
            away = false;
        } catch (RuntimeException failed) {
            if (!away) {
                LOG.warn("announcing services failed, those known are used meanwhile: {}", failed.getMessage());
            }
            away = true;
        }
    }

    private String host() {
        var configured = server.getAddress();
        if (configured != null && !configured.isAnyLocalAddress()) {
            return literal(configured);
        }
        try {
            var machine = InetAddress.getLocalHost();
            return machine.isLoopbackAddress() ? machine.getHostName() : literal(machine);
        } catch (UnknownHostException nameless) {
            LOG.debug("this machine has no address of its own", nameless);
            return "localhost";
        }
    }

    private static String literal(InetAddress address) {
        var text = address.getHostAddress();
        return text.contains(":") ? "[" + text.replaceFirst("%.*", "") + "]" : text;
    }

    /** The hub's name in the characters that instances have: tells hubs apart that listen on loopback of different machines. */
    private String instanceName() {
        var name = hub.value().replaceAll("[^A-Za-z0-9._:-]", "-").replaceFirst("^[._:-]+", "");
        return name.isEmpty() ? "hub" : name;
    }
}
