// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.List;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.apache.camel.Expression;
import org.apache.camel.Predicate;
import org.apache.camel.language.simple.SimpleLanguage;

/**
 * Simple that can forget. Camel keeps what it has made of an expression's text for as long as it runs, and with
 * <code>${bean:x}</code> the bean itself: a route made anew would go on with a bean that is gone.
 */
final class RenewedSimple extends SimpleLanguage {

    private final Supplier<SimpleLanguage> make;
    private volatile SimpleLanguage language;

    /** @param make Simple, or a dialect of it such as that of file names */
    RenewedSimple(Supplier<SimpleLanguage> make) {
        this.make = make;
        this.language = make.get();
    }

    /** What is made of expressions from now on is made anew. */
    static void forget(CamelContext context) {
        for (var name : List.of("simple", "file")) {
            if (context.resolveLanguage(name) instanceof RenewedSimple simple) {
                simple.init();
            }
        }
    }

    /** Another one, since Camel's has no way to empty what it keeps. */
    @Override
    public void init() {
        var renewed = make.get();
        renewed.setCamelContext(getCamelContext());
        renewed.init();
        language = renewed;
    }

    @Override
    public Predicate createPredicate(String expression) {
        return language.createPredicate(expression);
    }

    @Override
    public Expression createExpression(String expression) {
        return language.createExpression(expression);
    }
}
