// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Makes endpoints such as {@code failure:order.line}, where a route puts what it finds wrong while it goes on with the
 * rest (Invalid Message Channel).
 */
@Component("failure")
public class FailureComponent extends EventComponent {

    /** For tools that read the component's options, and for contexts that check routes. */
    public FailureComponent() {}

    FailureComponent(ObjectProvider<Services> services) {
        super(services);
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        return set(new FailureEndpoint(uri, this, remaining), parameters);
    }
}
