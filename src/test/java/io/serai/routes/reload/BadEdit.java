// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.function.UnaryOperator;

/** The kinds of bad edit: what each makes of a good file, and what stands in the line that is to be named. */
enum BadEdit {
    SYNTAX("steps: [}", good -> good.replaceFirst("steps:", "steps: [}")),
    UNKNOWN_EIP("setBoddy", good -> good.replace("setBody:", "setBoddy:")),
    UNKNOWN_COMPONENT("foo:bar", good -> step(good, "to: foo:bar")),
    BAD_OPTION("nonsense", good -> step(good, "to: log:x?nonsense=1")),
    MISSING_BEAN("nowhere", good -> step(good, "bean: {ref: nowhere}")),
    MISSING_PROPERTY("no.such.key", good -> step(good, "to: 'log:{{no.such.key}}'")),
    BAD_SIMPLE("${nonsense}", good -> step(good, "setHeader: {name: x, simple: '${nonsense}'}")),
    ID_OF_ANOTHER_FILE("id: other", good -> good.replaceFirst("id: .*", "id: other")),
    HALF_WRITTEN("step", good -> good.substring(0, good.indexOf("steps") + 4)),
    EMPTY("", good -> ""),
    /** Only the start can tell, since the name is a property; it is told at the endpoint. */
    QUEUE_TAKEN("event:edit.made", good -> good.replaceFirst("subscription: .*", "subscription: '{{taken}}'")),
    JAVA_NOT_COMPILING("setBoddy", good -> good.replace("setBody(", "setBoddy(")),
    JAVA_PORT_TAKEN(
            "new java.net.ServerSocket(other",
            good -> good.replaceFirst("[.]setBody", ".process(new Listens()).setBody")
                    .replaceFirst("}\\s*$", """
                        /** On a port that is in use. */
                        public static final class Listens extends org.apache.camel.support.service.ServiceSupport
                                implements org.apache.camel.Processor {
                            @Override
                            public void process(org.apache.camel.Exchange exchange) {}

                            @Override
                            protected void doStart() throws Exception {
                                try (var other = new java.net.ServerSocket(0)) {
                                    new java.net.ServerSocket(other.getLocalPort());
                                }
                            }
                        }
                    }
                    """));

    /** What a good route of a file answers to {@code GET /t/NAME}, and tells {@link SeenEdits} of each {@code edit.made}. */
    static String good(String name, String answer) {
        return """
                - route:
                    id: %1$s
                    from:
                      uri: platform-http:/t/%1$s
                      steps:
                        - setBody:
                            constant: %2$s
                - route:
                    id: %1$s-events
                    from:
                      uri: event:edit.made
                      parameters:
                        subscription: %1$s
                      steps:
                        - setHeader:
                            name: answer
                            constant: %2$s
                        - bean:
                            beanType: io.serai.routes.reload.SeenEdits
                            method: see
                """.formatted(name, answer);
    }

    /** The same in Java; the class is named as its file. */
    static String goodJava(String type, String name, String answer) {
        return """
                import org.apache.camel.builder.RouteBuilder;

                public class %1$s extends RouteBuilder {
                    @Override
                    public void configure() {
                        from("platform-http:/t/%2$s").routeId("%2$s")
                                .setBody(constant("%3$s"));
                        from("event:edit.made?subscription=%2$s").routeId("%2$s-events")
                                .setHeader("answer", constant("%3$s"))
                                .bean("io.serai.routes.reload.SeenEdits", "see");
                    }
                }
                """.formatted(type, name, answer);
    }

    private final String mark;

    @SuppressWarnings("ImmutableEnumChecker") // none of the lambdas has a state
    private final UnaryOperator<String> edit;

    BadEdit(String mark, UnaryOperator<String> edit) {
        this.mark = mark;
        this.edit = edit;
    }

    boolean isFor(String file) {
        return this == EMPTY || name().startsWith("JAVA") == file.endsWith(".java");
    }

    String of(String good) {
        return edit.apply(good);
    }

    /** The line that a finding is to name. */
    int line(String bad) {
        return 1
                + (int) bad.substring(0, bad.indexOf(mark))
                        .chars()
                        .filter(c -> c == '\n')
                        .count();
    }

    private static String step(String good, String step) {
        return good.replaceFirst("- setBody:", "- " + step.replace("$", "\\$") + "\n        - setBody:");
    }
}
