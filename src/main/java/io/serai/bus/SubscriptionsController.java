// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.Invalid;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows the subscriptions over HTTP, by name, and removes those that nobody reads. */
@RestController
final class SubscriptionsController {

    /** A page of subscriptions; {@code next} is the cursor of the following page. */
    record SubscriptionPage(
            List<SubscriptionStatus> items, @Nullable String next) {}

    private static final Logger LOG = LoggerFactory.getLogger(SubscriptionsController.class);
    private static final int MAX_LIMIT = 500;

    private final Subscriptions subscriptions;

    SubscriptionsController(Subscriptions subscriptions) {
        this.subscriptions = subscriptions;
    }

    @Operation(summary = "Lists the subscriptions by name")
    @GetMapping("/api/subscriptions")
    SubscriptionPage list(
            @RequestParam(defaultValue = "50") int limit, @RequestParam(defaultValue = "") String cursor) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new Invalid("listing subscriptions: limit must be 1 to " + MAX_LIMIT);
        }
        var after = subscriptions.list().stream()
                .filter(each -> each.name().compareTo(cursor) > 0)
                .limit(limit + 1L)
                .toList();
        var more = after.size() > limit;
        var items = more ? after.subList(0, limit) : after;
        return new SubscriptionPage(items, more ? items.get(items.size() - 1).name() : null);
    }

    /** What went with a subscription: {@code {"name": "greet-user", "messages": 12}}. */
    record Removed(String name, long messages) {}

    @Operation(summary = "Removes a subscription that nobody reads, with the messages of its queue")
    @DeleteMapping("/api/subscriptions/{subscription}")
    Removed remove(@PathVariable("subscription") String name, HttpServletRequest request) {
        var messages = subscriptions.remove(name);
        LOG.info(
                "subscription {} and {} messages removed by {}",
                name,
                messages,
                request.getRemoteUser() == null ? "local" : request.getRemoteUser());
        return new Removed(name, messages);
    }
}
