// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.util.Locale;
import java.util.Set;

/** Options of {@code spring-rabbitmq:} that lose messages without a word, or work with one broker only. */
final class QueueRules {

    private static final Set<String> DURABLE = Set.of("arg.queue.durable", "arg.exchange.durable");

    void check(EndpointUse use, Report report) {
        if (!use.isOf("spring-rabbitmq") && !use.isOf("rabbitmq")) {
            return;
        }
        checkArguments(use, report);
        if (use.isConsumer()) {
            checkReading(use, report);
        }
        checkPortability(use, report);
    }

    private static void checkReading(EndpointUse use, Report report) {
        if (use.isSet("asyncConsumer")) {
            report.error(
                    use.placeOf("asyncConsumer"),
                    "async-consumer",
                    "asyncConsumer acknowledges before the route is done: what fails then is lost",
                    "remove it; raise concurrentConsumers instead");
        }
        if (use.option("queues") == null) {
            report.error(
                    use.place(),
                    "unnamed-queue",
                    "without 'queues' the broker makes a queue that goes with its connection, and its messages with it",
                    "add 'queues: name' under parameters");
        }
        var mode = use.literal("acknowledgeMode");
        if (use.isSet("autoAck") || "NONE".equalsIgnoreCase(mode)) {
            report.error(
                    use.placeOf(mode == null ? "autoAck" : "acknowledgeMode"),
                    "auto-ack",
                    "messages count as done when they are sent to the hub: a crash or a failure loses them",
                    "remove it; the hub acknowledges when the route is done");
        } else if ("MANUAL".equalsIgnoreCase(mode)) {
            report.error(
                    use.placeOf("acknowledgeMode"),
                    "auto-ack",
                    "nothing in a route acknowledges by hand: every message would come again",
                    "remove it; the hub acknowledges when the route is done");
        }
        if (use.isSet("autoDeclare") && use.option("arg.queue.durable") == null) {
            report.error(
                    use.placeOf("autoDeclare"),
                    "non-durable-queue",
                    "the queue this declares is not durable: it goes when the broker restarts",
                    "add 'arg.queue.durable: true', or leave declaring to the queue's owner");
        }
    }

    private static void checkArguments(EndpointUse use, Report report) {
        use.options().forEach((name, option) -> {
            if (DURABLE.contains(name) && "false".equalsIgnoreCase(option.value())) {
                report.error(
                        option.place(),
                        "non-durable-queue",
                        "what is not durable goes when the broker restarts, and its messages with it",
                        "remove it; durable is what the hub needs");
            }
            if ((name.equals("arg.queue.autoDelete") || name.equals("arg.queue.exclusive"))
                    && "true".equalsIgnoreCase(option.value())) {
                report.error(
                        option.place(),
                        "non-durable-queue",
                        "such a queue goes when the hub's connection does, and its messages with it",
                        "remove it");
            }
            if (name.toLowerCase(Locale.ROOT).startsWith("arg.") && name.contains(".x-")) {
                report.error(
                        option.place(),
                        "x-argument",
                        "queue arguments do not belong in routes: the embedded broker closes the connection on them",
                        "declare the queue where its owner is; the hub's own queues are declared by the hub");
            }
        });
    }

    private static void checkPortability(EndpointUse use, Report report) {
        if ("false".equalsIgnoreCase(use.literal("disableReplyTo"))
                || "InOut".equalsIgnoreCase(use.literal("exchangePattern"))) {
            var name = use.option("disableReplyTo") != null ? "disableReplyTo" : "exchangePattern";
            report.warning(
                    use.placeOf(name),
                    "portability",
                    "replies come by direct reply-to, which the embedded broker does not have",
                    "answer on a queue of its own");
        }
        if (use.isSet("exclusive")) {
            report.warning(
                    use.placeOf("exclusive"),
                    "portability",
                    "quorum queues of RabbitMQ 3 do not heed exclusive consumers",
                    "ask the queue's owner for a single active consumer");
        }
        if (use.option("deadLetterExchange") != null
                && (use.isSet("autoDeclare") || use.isSet("autoDeclareProducer"))) {
            report.warning(
                    use.placeOf("deadLetterExchange"),
                    "portability",
                    "declaring a dead-letter exchange sets x-dead-letter-exchange, on which the embedded broker closes "
                            + "the connection",
                    "leave it out: what fails is kept in the hub's failures");
        }
    }
}
