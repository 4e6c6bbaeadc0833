// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import java.util.List;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.SetHeaderDefinition;
import org.apache.camel.model.SetHeadersDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Notes which headers a route sets by its steps, so that they count as its own even where it repeats a caller's value. */
final class HeadersSetByRoute implements InterceptStrategy {

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor next) {
        if (step instanceof SetHeaderDefinition one) {
            return new Noting(target, List.of(one.getName()));
        }
        if (step instanceof SetHeadersDefinition many) {
            return new Noting(
                    target,
                    many.getHeaders().stream().map(SetHeaderDefinition::getName).toList());
        }
        return target;
    }

    private static final class Noting extends DelegateAsyncProcessor {

        private final List<String> names;

        Noting(Processor step, List<String> names) {
            super(AsyncProcessorConverterHelper.convert(step));
            this.names = names;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            names.forEach(name -> OutsideHeaders.forget(exchange, name));
            return super.process(exchange, callback);
        }
    }
}
