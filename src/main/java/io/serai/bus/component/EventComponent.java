// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.BusProperties;
import io.serai.bus.EventPublisher;
import io.serai.bus.Parking;
import io.serai.bus.RetryNames;
import io.serai.bus.Subscriptions;
import io.serai.bus.outbox.Outbox;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.util.PropertiesHelper;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;

/** Makes endpoints such as {@code event:order.placed} for routes of this hub. */
@Component("event")
public class EventComponent extends DefaultComponent {

    /** What the endpoints work with; absent in a context that only checks routes and never starts them. */
    record Services(
            EventPublisher publisher,
            Subscriptions subscriptions,
            Outbox outbox,
            Parking parking,
            OnceOnly onceOnly,
            LatestOnly latestOnly,
            BusProperties properties,
            RetryNames retryNames,
            Executor continuations) {}

    private final @Nullable Supplier<@Nullable Services> services;

    /** For tools that read the component's options, and for contexts that check routes. */
    public EventComponent() {
        this.services = null;
    }

    EventComponent(ObjectProvider<Services> services) {
        // the provider searches all beans each time, which is dear for every message
        this.services = SingletonSupplier.of(services::getObject);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        return set(new EventEndpoint(uri, this, remaining), parameters);
    }

    final Endpoint set(EventEndpoint endpoint, Map<String, Object> parameters) throws Exception {
        endpoint.setExtensions(PropertiesHelper.extractProperties(parameters, "extension."));
        setProperties(endpoint, parameters);
        return endpoint;
    }

    Services services() {
        var present = services == null ? null : services.get();
        if (present == null) {
            throw new IllegalStateException("event: has no broker in this Camel context");
        }
        return present;
    }
}
