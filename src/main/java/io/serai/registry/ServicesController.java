// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import io.serai.http.Heartbeat;
import io.serai.message.Invalid;
import io.serai.registry.AnnouncedServices.Change;
import io.serai.registry.ServiceInstance.Health;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Shows the services over HTTP, by name and instance, and takes the announcements of those outside the hub. */
@RestController
final class ServicesController {

    /** A page of instances; {@code next} is the cursor of the following page. */
    record ServicePage(
            List<ServiceInstance> items, @Nullable String next) {}

    /**
     * What an instance says of itself, each time before its time to live is over.
     *
     * <pre>{@code {"address": "http://fulfilment.example:8080", "health": "UP", "ttlSeconds": 30}}</pre>
     */
    record Announcement(
            @Nullable String address,
            @Nullable Health health,
            @Nullable Integer ttlSeconds) {}

    private static final int MAX_LIMIT = 500;
    private static final int DEFAULT_TTL = 30;

    private final AnnouncedServices announced;
    private final Services services;
    private final AllowedAddresses allowed;

    ServicesController(AnnouncedServices announced, Services services, RegistryProperties properties) {
        this.allowed = new AllowedAddresses(properties.allowedAddresses());
        this.announced = announced;
        this.services = services;
    }

    @Operation(summary = "Lists services and their instances by name")
    @GetMapping("/api/services")
    ServicePage list(@RequestParam(defaultValue = "50") int limit, @RequestParam(defaultValue = "") String cursor) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new Invalid("listing services: limit must be 1 to " + MAX_LIMIT);
        }
        var after = services.list().stream()
                .filter(each -> key(each).compareTo(cursor) > 0)
                .sorted(Comparator.comparing(ServicesController::key))
                .limit(limit + 1L)
                .toList();
        var more = after.size() > limit;
        var items = more ? after.subList(0, limit) : after;
        return new ServicePage(items, more ? key(items.get(items.size() - 1)) : null);
    }

    @Operation(summary = "Announces an instance of a service, or that it is still there")
    @ApiResponse(responseCode = "200", description = "The instance was known", useReturnTypeSchema = true)
    @ApiResponse(responseCode = "201", description = "The instance is new", useReturnTypeSchema = true)
    @PutMapping("/api/services/{service}/{instance}")
    ResponseEntity<Announcement> announce(
            @PathVariable("service") String name,
            @PathVariable String instance,
            @RequestBody Announcement said,
            HttpServletRequest request) {
        if (said.health() != null && said.health() != Health.UP && said.health() != Health.DOWN) {
            throw new Invalid(
                    "announcing service: 1 part(s) invalid",
                    List.of(new Invalid.Field("health", "expected UP or DOWN; the rest is for the hub to find out")),
                    null);
        }
        var service = new ServiceInstance(
                name,
                instance,
                said.address() == null ? "" : said.address(),
                said.health() == null ? Health.UP : said.health(),
                null,
                said.ttlSeconds() == null ? DEFAULT_TTL : said.ttlSeconds(),
                false);
        if (!allowed.allow(service.address())) {
            throw new Invalid(
                    "announcing service: its address is not allowed",
                    List.of(new Invalid.Field(
                            "address", "expected a host that the operator names in serai.registry.allowed-addresses")),
                    null);
        }
        var change = announced.announce(service);
        services.refresh();
        if (change == Change.NONE) {
            Heartbeat.mark(request);
        }
        return ResponseEntity.status(change == Change.ADDED ? HttpStatus.CREATED : HttpStatus.OK)
                .body(new Announcement(service.address(), service.health(), service.ttlSeconds()));
    }

    @Operation(summary = "Withdraws an instance of a service")
    @DeleteMapping("/api/services/{service}/{instance}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void withdraw(@PathVariable("service") String name, @PathVariable String instance) {
        announced.withdraw(name, instance);
        services.refresh();
    }

    /** Neither part may hold a slash. */
    private static String key(ServiceInstance each) {
        return each.name() + "/" + each.instance();
    }
}
