// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.EventType;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.jspecify.annotations.Nullable;

/** Park what a route finds wrong in the hub's failures, without failing itself. */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "failure",
        extendsScheme = "event",
        title = "Failure",
        syntax = "failure:types",
        producerOnly = true,
        category = {Category.MESSAGING},
        headersClass = EventHeaders.class)
public class FailureEndpoint extends EventEndpoint {

    @UriParam(
            label = "producer",
            description = "Why it is wrong (Simple language). If not set, the exception the route has caught.")
    private @Nullable String reason;

    FailureEndpoint(String uri, FailureComponent component, String type) {
        super(uri, component, type);
    }

    @Override
    public Producer createProducer() throws Exception {
        return new FailureProducer(this, new EventType(getTypes()));
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        throw new UnsupportedOperationException("failure: only takes messages; GET /api/failures shows them");
    }

    public @Nullable String getReason() {
        return reason;
    }

    public void setReason(@Nullable String reason) {
        this.reason = reason;
    }
}
