// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

/** Starts what a {@link HubServices} test needs, both at a time, or says why it cannot run. */
final class HubServicesExtension implements ExecutionCondition, BeforeAllCallback, ParameterResolver {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var missing = needed(context).stream()
                .map(HubServicesExtension::missing)
                .flatMap(Optional::stream)
                .collect(Collectors.joining("; "));
        if (missing.isEmpty()) {
            return ConditionEvaluationResult.enabled("servers can be had");
        }
        if ("true".equals(System.getenv("CI"))) {
            throw new IllegalStateException("running a test with CI=true: " + missing);
        }
        return ConditionEvaluationResult.disabled(missing);
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        var nodes = needed(context).stream().map(HubServicesExtension::node).toList();
        nodes.forEach(Lazy::begin);
        nodes.forEach(Lazy::get);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        var type = parameter.getParameter().getType();
        return type == RabbitNode.class || type == PostgresNode.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == RabbitNode.class ? SharedNodes.rabbit() : SharedNodes.postgres();
    }

    private static Set<HubServices.Kind> needed(ExtensionContext context) {
        return AnnotationSupport.findAnnotation(
                        context.getRequiredTestClass(), HubServices.class, context.getEnclosingTestClasses())
                .map(services -> Arrays.stream(services.value()).collect(Collectors.toSet()))
                .orElse(Set.of());
    }

    private static Optional<String> missing(HubServices.Kind kind) {
        return kind == HubServices.Kind.RABBITMQ ? RabbitNode.missing() : PostgresNode.missing();
    }

    private static Lazy<?> node(HubServices.Kind kind) {
        return kind == HubServices.Kind.RABBITMQ ? SharedNodes.RABBIT : SharedNodes.POSTGRES;
    }
}
