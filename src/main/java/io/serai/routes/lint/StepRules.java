// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.Report.Place;
import io.serai.routes.lint.RouteContent.Step;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.camel.util.StringHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Finds steps in YAML that Camel's schema allows and Camel refuses when the route is made: what they need is missing. */
final class StepRules {

    private static final Set<String> WITH_STEPS = Set.of(
            "aggregate",
            "circuitBreaker",
            "doTry",
            "filter",
            "idempotentConsumer",
            "loop",
            "multicast",
            "pipeline",
            "resequence",
            "split",
            "step");

    private static final Set<String> WITH_EXPRESSION = Set.of(
            "dynamicRouter",
            "enrich",
            "filter",
            "idempotentConsumer",
            "loop",
            "pollEnrich",
            "recipientList",
            "resequence",
            "routingSlip",
            "script",
            "setBody",
            "setHeader",
            "setProperty",
            "setVariable",
            "split",
            "throttle",
            "transform",
            "validate",
            "when");

    private static final Set<String> WITH_EXCEPTION = Set.of("doCatch", "onException");

    private static final Set<String> WITH_DATA_FORMAT = Set.of("marshal", "unmarshal");

    private final Predicate<String> isLanguage;
    private final Predicate<String> isDataFormat;

    StepRules(Set<String> languages, Catalogue catalogue) {
        this.isLanguage = key -> key.equals("expression") || languages.contains(key);
        this.isDataFormat =
                key -> key.equals("custom") || !catalogue.dataFormats(key, null).isEmpty();
    }

    void check(Step step, Report report) {
        var keys = Nodes.entries(step.value()).keySet().stream()
                .map(StringHelper::dashToCamelCase)
                .toList();
        if (WITH_STEPS.contains(step.kind()) && isEmpty(Nodes.get(step.value(), "steps"))) {
            report(step, "has no steps", "put them under 'steps:', each as an item with '- '", report);
        }
        if (WITH_EXPRESSION.contains(step.kind()) && keys.stream().noneMatch(isLanguage)) {
            report(step, "has no expression", "say it in a language, as in 'simple: ${body}' or 'constant: x'", report);
        }
        if (WITH_EXCEPTION.contains(step.kind()) && isEmpty(Nodes.get(step.value(), "exception"))) {
            report(
                    step,
                    "names no exception",
                    "list the classes under 'exception:', say '- java.lang.Exception'",
                    report);
        }
        if (WITH_DATA_FORMAT.contains(step.kind()) && keys.stream().noneMatch(isDataFormat)) {
            report(step, "names no data format", "say which, as in 'json: {}'", report);
        }
        checkOrder(step, keys, report);
    }

    /** Camel's loader makes the fallback a branch of the steps read so far. */
    private static void checkOrder(Step step, List<String> keys, Report report) {
        var fallback = Nodes.key(step.value(), "onFallback");
        if (step.kind().equals("circuitBreaker")
                && fallback != null
                && keys.contains("steps")
                && keys.indexOf("onFallback") < keys.indexOf("steps")) {
            report.error(
                    Place.of(fallback),
                    "order",
                    "'onFallback' stands before 'steps'; Camel " + CamelSchema.VERSION + " reads them in this order",
                    "put 'steps:' first");
        }
    }

    private static void report(Step step, String lack, String hint, Report report) {
        report.error(step.place(), "missing", "'" + step.kind() + "' " + lack, hint);
    }

    private static boolean isEmpty(@Nullable Node node) {
        return node == null || (Nodes.text(node) == null && Nodes.items(node).isEmpty());
    }
}
