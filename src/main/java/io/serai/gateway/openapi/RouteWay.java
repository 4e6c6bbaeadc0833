// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CamelContext;
import org.apache.camel.model.CatchDefinition;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.ExpressionNode;
import org.apache.camel.model.FinallyDefinition;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.SetBodyDefinition;
import org.apache.camel.model.SetHeaderDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.TransformDefinition;
import org.apache.camel.model.language.ConstantExpression;
import org.jspecify.annotations.Nullable;

/**
 * What a route says of its request and its answers by its steps, those of the {@code direct:} routes it leads to included.
 *
 * <p>The schema is that of the first {@code json-validator:} which every request comes to before another system or a
 * constant gives the body; statuses are the constants that are set as {@code CamelHttpResponseCode}.
 */
final class RouteWay {

    private static final String VALIDATOR = "json-validator:";
    private static final String DIRECT = "direct:";
    private static final String CODE = "CamelHttpResponseCode";
    private static final List<String> SAME_BODY = List.of("log:", "bean:", "class:");

    private final CamelContext context;
    private final Set<String> seen = new HashSet<>();
    private final Set<String> statuses = new TreeSet<>();
    private @Nullable String schema;
    private boolean isRequest = true;
    private boolean isAlwaysSet;

    private RouteWay(CamelContext context) {
        this.context = context;
    }

    /** @param uri that the route reads, {@code direct:create-user} */
    static RouteWay from(CamelContext context, String uri) {
        var way = new RouteWay(context);
        way.follow(uri, true);
        return way;
    }

    /** Where the schema of the request is, {@code file:routes/schemas/user.schema.json}; null where the steps name none. */
    @Nullable
    String schema() {
        return schema;
    }

    /** Of success; 200 among them unless each request passes a step that sets another. */
    Set<String> statuses() {
        var all = new TreeSet<>(statuses);
        if (!isAlwaysSet) {
            all.add("200");
        }
        return all;
    }

    private void follow(String uri, boolean always) {
        if (!seen.add(uri)) {
            return;
        }
        context.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                .filter(route -> route.getInput() != null
                        && uri.equals(withoutOptions(resolved(route.getInput().getEndpointUri()))))
                .findFirst()
                .ifPresent(route -> steps(route.getOutputs(), always));
    }

    private void steps(List<ProcessorDefinition<?>> steps, boolean always) {
        steps.forEach(step -> step(step, always));
    }

    private void step(ProcessorDefinition<?> step, boolean always) {
        if (step instanceof ToDefinition to) {
            to(resolved(to.getEndpointUri()), always);
        } else if (step instanceof ToDynamicDefinition) {
            isRequest = false;
        } else if (step instanceof SetHeaderDefinition header) {
            status(header, always);
        } else if (step instanceof SetBodyDefinition || step instanceof TransformDefinition) {
            isRequest = isRequest && !(((ExpressionNode) step).getExpression() instanceof ConstantExpression);
        } else if (step instanceof ChoiceDefinition choice) {
            choice.getWhenClauses().forEach(when -> steps(when.getOutputs(), false));
            Optional.ofNullable(choice.getOtherwise()).ifPresent(otherwise -> steps(otherwise.getOutputs(), false));
        } else {
            steps(step.getOutputs(), always && !isOnSomeWays(step));
        }
    }

    private static boolean isOnSomeWays(ProcessorDefinition<?> step) {
        return step instanceof CatchDefinition || step instanceof FinallyDefinition || step instanceof ExpressionNode;
    }

    private void to(String uri, boolean always) {
        if (uri.startsWith(DIRECT)) {
            follow(withoutOptions(uri), always);
        } else if (uri.startsWith(VALIDATOR)) {
            if (isRequest && always && schema == null) {
                schema = withoutOptions(uri).substring(VALIDATOR.length());
            }
        } else if (SAME_BODY.stream().noneMatch(uri::startsWith)) {
            isRequest = false;
        }
    }

    private void status(SetHeaderDefinition header, boolean always) {
        if (!CODE.equals(header.getName())) {
            return;
        }
        var code = header.getExpression() instanceof ConstantExpression constant ? constant.getExpression() : "2XX";
        if (code.matches("2[0-9X]{2}")) {
            statuses.add(code);
        }
        isAlwaysSet = isAlwaysSet || always;
    }

    private String resolved(String uri) {
        try {
            return context.resolvePropertyPlaceholders(uri);
        } catch (IllegalArgumentException absent) {
            return uri;
        }
    }

    private static String withoutOptions(String uri) {
        var end = uri.indexOf('?');
        return (end < 0 ? uri : uri.substring(0, end)).replaceFirst("^([a-z-]+:)//", "$1");
    }
}
