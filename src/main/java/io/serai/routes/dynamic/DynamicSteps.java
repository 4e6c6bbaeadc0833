// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.dynamic;

import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.camel.Expression;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.DynamicRouterDefinition;
import org.apache.camel.model.EnrichDefinition;
import org.apache.camel.model.PollDefinition;
import org.apache.camel.model.PollEnrichDefinition;
import org.apache.camel.model.RecipientListDefinition;
import org.apache.camel.model.RoutingSlipDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.WireTapDefinition;
import org.apache.camel.model.language.ConstantExpression;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.processor.DefaultProcessorFactory;
import org.apache.camel.processor.SendDynamicAwareResolver;
import org.apache.camel.reifier.DynamicRouterReifier;
import org.apache.camel.reifier.EnrichReifier;
import org.apache.camel.reifier.PollEnrichReifier;
import org.apache.camel.reifier.PollReifier;
import org.apache.camel.reifier.RecipientListReifier;
import org.apache.camel.reifier.RoutingSlipReifier;
import org.apache.camel.reifier.ToDynamicReifier;
import org.apache.camel.reifier.WireTapReifier;
import org.apache.camel.support.EndpointHelper;
import org.apache.camel.support.LanguageSupport;
import org.jspecify.annotations.Nullable;

/**
 * Makes the steps of routes that send to, or read from, an endpoint that each message decides about. The values of their
 * expressions are encoded ({@link EncodedUri}); a whole URI is taken from a message only where the route names it
 * ({@link ListedUri}).
 */
final class DynamicSteps extends DefaultProcessorFactory {

    private static final Set<String> SIMPLE = Set.of("simple", "simple-no-file");

    @Override
    public @Nullable Processor createProcessor(Route route, NamedNode definition) throws Exception {
        if (definition instanceof WireTapDefinition<?> step) {
            return new Tap(route, step).createProcessor();
        } else if (definition instanceof ToDynamicDefinition step) {
            return new ToDynamic(route, step).createProcessor();
        } else if (definition instanceof RecipientListDefinition<?> step) {
            return new Recipients(route, step).createProcessor();
        } else if (definition instanceof DynamicRouterDefinition<?> step) {
            return new Router(route, step).createProcessor();
        } else if (definition instanceof RoutingSlipDefinition<?> step) {
            return new Slip(route, step).createProcessor();
        } else if (definition instanceof EnrichDefinition step) {
            return new Enriched(route, step).createProcessor();
        } else if (definition instanceof PollEnrichDefinition step) {
            return new PollEnriched(route, step).createProcessor();
        } else if (definition instanceof PollDefinition step) {
            return new Polled(route, step).createProcessor();
        }
        return super.createProcessor(route, definition);
    }

    /** As Camel does it with {@code toD}: the text is Simple unless it names another language. */
    private static Expression ofText(Route route, String uri, String simple, Expression whole, boolean isOptimised) {
        var context = route.getCamelContext();
        var text = EndpointHelper.resolveEndpointUriPropertyPlaceholders(context, uri);
        if (text.startsWith("language:")) {
            return new ListedUri(whole, null);
        }
        return LanguageSupport.hasSimpleFunction(text)
                ? ofSimple(route, text, simple, whole, null, isOptimised)
                : whole;
    }

    private static Expression of(
            Route route,
            ExpressionDefinition definition,
            Expression whole,
            @Nullable String delimiter,
            boolean isOptimised) {
        if (definition instanceof ConstantExpression) {
            return whole;
        }
        var language = definition.getLanguage();
        var written = definition.getExpression();
        if (!SIMPLE.contains(language) || written == null || written.startsWith("resource:")) {
            return new ListedUri(whole, delimiter);
        }
        var text = route.getCamelContext().resolvePropertyPlaceholders(written.strip());
        return ofSimple(route, text, language, whole, delimiter, isOptimised);
    }

    private static Expression ofSimple(
            Route route,
            String text,
            String language,
            Expression whole,
            @Nullable String delimiter,
            boolean isOptimised) {
        var uri = WrittenUri.of(text, delimiter);
        if (uri.isOpen()) {
            return new ListedUri(whole, delimiter);
        }
        if (!uri.hasFunctions()) {
            return whole;
        }
        CamelContext context = route.getCamelContext();
        Predicate<String> isKept = scheme -> isOptimised && hasKeptEndpoint(context, scheme);
        return new EncodedUri(text, uri, delimiter, isKept, part -> {
            var expression = context.resolveLanguage(language).createExpression(part);
            expression.init(context);
            return expression;
        });
    }

    private static boolean hasKeptEndpoint(CamelContext context, String scheme) {
        return context.getCamelContextExtension()
                .getFactoryFinder(SendDynamicAwareResolver.RESOURCE_PATH)
                .findClass(scheme)
                .isPresent();
    }

    private static final class ToDynamic extends ToDynamicReifier<ToDynamicDefinition> {

        ToDynamic(Route route, ToDynamicDefinition step) {
            super(route, step);
        }

        @Override
        protected Expression createExpression(String uri) {
            return ofText(
                    route,
                    uri,
                    "simple",
                    super.createExpression(uri),
                    parseBoolean(definition.getAllowOptimisedComponents(), true));
        }
    }

    private static final class Tap extends WireTapReifier {

        Tap(Route route, WireTapDefinition<?> step) {
            super(route, step);
        }

        @Override
        protected Expression createExpression(String uri) {
            var whole = super.createExpression(uri);
            return parseBoolean(((WireTapDefinition<?>) definition).getDynamicUri(), true)
                    ? ofText(route, uri, "simple", whole, parseBoolean(definition.getAllowOptimisedComponents(), true))
                    : whole;
        }
    }

    private static final class Polled extends PollReifier {

        Polled(Route route, PollDefinition step) {
            super(route, step);
        }

        @Override
        protected Expression createExpression(String uri) {
            return ofText(route, uri, "simple-no-file", super.createExpression(uri), false);
        }
    }

    private static final class Recipients extends RecipientListReifier {

        Recipients(Route route, RecipientListDefinition<?> step) {
            super(route, step);
        }

        @Override
        protected Expression createExpression(ExpressionDefinition expression) {
            var delimiter = parseString(((RecipientListDefinition<?>) definition).getDelimiter());
            return of(
                    route,
                    expression,
                    super.createExpression(expression),
                    "false".equalsIgnoreCase(delimiter) ? null : Objects.requireNonNullElse(delimiter, ","),
                    false);
        }
    }

    private static final class Slip extends RoutingSlipReifier {

        Slip(Route route, RoutingSlipDefinition<?> step) {
            super(route, step);
        }

        @Override
        protected Expression createExpression(ExpressionDefinition expression) {
            var delimiter = parseString(((RoutingSlipDefinition<?>) definition).getUriDelimiter());
            return of(
                    route,
                    expression,
                    super.createExpression(expression),
                    Objects.requireNonNullElse(delimiter, RoutingSlipDefinition.DEFAULT_DELIMITER),
                    false);
        }
    }

    private static final class Router extends DynamicRouterReifier {

        Router(Route route, DynamicRouterDefinition<?> step) {
            super(route, step);
        }

        @Override
        protected Expression createExpression(ExpressionDefinition expression) {
            var delimiter = parseString(((DynamicRouterDefinition<?>) definition).getUriDelimiter());
            return of(
                    route,
                    expression,
                    super.createExpression(expression),
                    Objects.requireNonNullElse(delimiter, DynamicRouterDefinition.DEFAULT_DELIMITER),
                    false);
        }
    }

    private static final class Enriched extends EnrichReifier {

        Enriched(Route route, EnrichDefinition step) {
            super(route, step);
        }

        @Override
        protected Expression createExpression(ExpressionDefinition expression) {
            return of(
                    route,
                    expression,
                    super.createExpression(expression),
                    null,
                    parseBoolean(definition.getAllowOptimisedComponents(), true));
        }
    }

    private static final class PollEnriched extends PollEnrichReifier {

        PollEnriched(Route route, PollEnrichDefinition step) {
            super(route, step);
        }

        @Override
        protected Expression createExpression(ExpressionDefinition expression) {
            return of(route, expression, super.createExpression(expression), null, false);
        }
    }
}
