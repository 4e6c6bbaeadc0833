// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.sun.net.httpserver.HttpServer;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.Headers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.amqp.RabbitConnectionDetails;

/** A caller tries to make the hub run a program, tell a secret or leave a folder by what it sends to a route. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessagesAreNoCodeIT {

    private static final String SECRET = "s3cr3t-of-the-hub";
    private static final String STEERED = "from-outside";
    private static final String PROGRAM = "${bean:trap?method=spring}";

    /** Springs where a message has become a program. */
    public static final class Trap {

        final AtomicInteger sprung = new AtomicInteger();

        /** Called by no route. */
        public String spring() {
            return "sprung" + sprung.incrementAndGet();
        }
    }

    /** Headers that steer components, in the spellings that Camel takes for the same. */
    private static final List<String> STEERING = List.of(
            "CamelHttpUri",
            "camelhttpuri",
            "CAMELSQLQUERY",
            "CamelFileName",
            "CamelLanguageScript",
            "org.apache.camel.x");

    /** Notes which headers a route was given. */
    public static final class Seen {

        final ConcurrentLinkedQueue<String> edges = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<String> values = new ConcurrentLinkedQueue<>();

        /** Called by routes, each with its edge. */
        public void see(String edge, @Headers Map<String, Object> headers) {
            headers.forEach((name, value) -> values.add(edge + " " + name + "=" + value));
            edges.add(edge);
        }
    }

    private final Trap trap = new Trap();
    private final Seen seen = new Seen();
    private final ConcurrentLinkedQueue<String> atPartner = new ConcurrentLinkedQueue<>();
    private HttpServer partner;
    private EditedHub hub;
    private Path folder;
    private int routes;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        this.folder = folder;
        partner = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        partner.createContext("/", exchange -> {
            atPartner.add(exchange.getRequestURI() + " " + exchange.getRequestHeaders());
            STEERING.forEach(name -> exchange.getResponseHeaders().add(name, STEERED));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        partner.start();
        hub = EditedHub.start(folder, Map.of(), "--demo.secret=" + SECRET);
        hub.register("trap", trap);
        hub.register("seen", seen);
        hub.write("t/kamelets/say-action.kamelet.yaml", """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: say-action
                spec:
                  definition:
                    title: Say
                    properties:
                      word:
                        title: Word
                        type: string
                  template:
                    from:
                      uri: kamelet:source
                      steps:
                        - setBody:
                            simple: "{{word}}"
                """);
        hub.write("t/inner.camel.yaml", """
                - route:
                    id: inner-a
                    from:
                      uri: direct:x-a
                      steps:
                        - setBody:
                            constant: inner a
                - route:
                    id: inner-secret
                    from:
                      uri: direct:secret
                      steps:
                        - setBody:
                            constant: inner secret
                """).awaitLive("t/inner.camel.yaml");
    }

    @AfterAll
    void stop() {
        hub.close();
        partner.stop(0);
    }

    @BeforeEach
    void forget() {
        atPartner.clear();
        trap.sprung.set(0);
    }

    /** A route of these steps, called with the header {@code d}. */
    private String call(String steps, String data) {
        return calls(steps, List.of(data)).get(0);
    }

    private List<String> calls(String steps, List<String> data) {
        var id = "r" + ++routes;
        var file = "t/" + id + ".camel.yaml";
        var address = "127.0.0.1:" + partner.getAddress().getPort();
        hub.write(file, """
                        - route:
                            id: %s
                            from:
                              uri: platform-http:/t/%s
                              steps:
                        %s
                        """.formatted(
                                id,
                                id,
                                steps.replace("PARTNER", address)
                                        .replace("FOLDER", folder.toString())
                                        .indent(8)))
                .awaitLive(file);
        var answers = data.stream()
                .map(each -> hub.get("/t/" + id + "?d=" + URLEncoder.encode(each, StandardCharsets.UTF_8)))
                .map(answer -> answer.statusCode() + " " + answer.body())
                .toList();
        hub.delete(file);
        return answers;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- setHeader: {name: CamelHttpUri, simple: 'http://PARTNER/${header.d}'}\n- to: http:unused",
                "- setHeader: {name: CamelHttpUri, simple: 'http://PARTNER/x?q=${header.d}'}\n- to: http:unused",
                "- setHeader: {name: CamelHttpPath, simple: '${header.d}'}\n- to: http://PARTNER",
                "- setHeader: {name: CamelHttpQuery, simple: 'q=${header.d}'}\n- to: http://PARTNER",
                "- toD: http://PARTNER/${header.d}",
                "- toD: http://PARTNER/x?q=${header.d}",
                "- toD: {uri: 'http://PARTNER/${header.d}', allowOptimisedComponents: false}",
                "- wireTap: {uri: 'http://PARTNER/${header.d}'}",
                "- recipientList: {simple: {expression: 'http://PARTNER/${header.d}'}}",
                "- routingSlip: {simple: {expression: 'http://PARTNER/${header.d}'}}",
                "- enrich: {simple: {expression: 'http://PARTNER/${header.d}'}}",
                "- pollEnrich: {simple: {expression: 'http://PARTNER/${header.d}'}, timeout: '2000'}",
                "- to: rest:get:users/{d}?host=http://PARTNER",
                "- setHeader: {name: X-Partner, simple: '${header.d}'}\n- to: http://PARTNER/x",
                "- setBody: {simple: '${header.d}'}\n- to: http://PARTNER/x",
            })
    void aPartnerGetsNoSecretBecauseAMessageNamesIt(String steps) {
        call("- removeHeaders: {pattern: 'Camel*'}\n" + steps, "{{demo.secret}}");

        assertThat(atPartner).noneMatch(seen -> seen.contains(SECRET));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- toD: event:x.${header.d}",
                "- toD: {uri: 'event:x.${header.d}', cacheSize: -1}",
                "- wireTap: {uri: 'event:x.${header.d}'}",
                "- recipientList: {simple: {expression: 'event:x.${header.d}'}}",
                "- routingSlip: {simple: {expression: 'event:x.${header.d}'}}",
                "- enrich: {simple: {expression: 'event:x.${header.d}'}}",
                "- toD: log:x${header.d}",
                "- toD: kamelet:say-action/a${header.d}",
            })
    void aValueBeforeTheOptionsBecomesNoProgram(String steps) {
        calls(
                steps,
                List.of(
                        "y?subject=" + PROGRAM,
                        "y%3Fsubject=" + PROGRAM,
                        "y?word=" + PROGRAM,
                        "y?subject=RAW(" + PROGRAM + ")",
                        "y,event:z?subject=" + PROGRAM,
                        PROGRAM));

        assertThat(trap.sprung).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- toD: event:x.y?subject=${header.d}",
                "- toD: event:x.y?subject=RAW(${header.d})",
                "- toD: event:x.y?subject=a&extension.a=b${header.d}",
                "- toD: {uri: 'event:x.y', parameters: {subject: '${header.d}'}}",
                "- toD: file:FOLDER/out?fileName=${header.d}",
                "- wireTap: {uri: 'event:x.y?subject=${header.d}'}",
                "- recipientList: {simple: {expression: 'event:x.y?subject=${header.d}'}}",
                "- routingSlip: {simple: {expression: 'event:x.y?subject=${header.d}'}}",
                "- enrich: {simple: {expression: 'event:x.y?subject=${header.d}'}}",
                "- pollEnrich: {simple: {expression: 'file:FOLDER/in?fileName=${header.d}'}, timeout: '10'}",
                "- toD: kamelet:say-action?word=${header.d}",
                "- toD: 'language:simple:${header.d}'",
                "- toD: 'controlbus:language:simple?${header.d}'",
                "- toD: 'event:x.y?${header.d}'",
                "- toD: '${header.d}'",
                "- setHeader: {name: CamelFileName, simple: '${header.d}'}\n- to: file:FOLDER/out",
                "- setHeader: {name: CamelOverruleFileName, simple: '${header.d}'}\n- to: file:FOLDER/out",
            })
    void aValueAmongTheOptionsBecomesNoProgram(String steps) {
        calls(
                steps,
                List.of(
                        PROGRAM,
                        "a&subject=" + PROGRAM,
                        "subject=" + PROGRAM,
                        "x)&subject=" + PROGRAM,
                        "#bean:trap",
                        "language:simple:" + PROGRAM,
                        "$simple{bean:trap?method=spring}"));

        assertThat(trap.sprung).hasValue(0);
    }

    @Test
    void aValueIsNoReferenceToABeanOrAClass() {
        assertThat(call("- toD: log:x?exchangeFormatter=${header.d}", "#class:java.util.ArrayList"))
                .startsWith("422 ");
        assertThat(call("- toD: log:x?marker=${header.d}", "{{demo.secret}}")).startsWith("422 ");
    }

    @Test
    void noFileIsWrittenOutsideItsFolder() {
        var write = "\n- setBody: {constant: written}\n";
        var up = List.of("../outside", "../../outside", "..", "a/../../outside", "..\\outside");
        calls(write + "- toD: file:FOLDER/out/${header.d}?fileName=a.txt", up);
        calls(write + "- toD: file:FOLDER/out?fileName=${header.d}/a.txt", up);
        calls(write + "- setHeader: {name: CamelFileName, simple: '${header.d}/a.txt'}\n- to: file:FOLDER/out", up);
        call(
                write + "- setHeader: {name: CamelFileName, simple: '${header.d}'}\n- to: file:FOLDER/out",
                "../outside/a");
        call(
                write + "- setHeader: {name: CamelFileName, simple: '${header.d}'}\n- to: file:FOLDER/out",
                "../out-outside/a");
        call(
                write + "- setHeader: {name: CamelOverruleFileName, simple: '${header.d}'}\n- to: file:FOLDER/out",
                "../out-outside/a");
        call(write + "- to: 'file:FOLDER/out?fileName=${header.d}'", "../out-outside/a");

        assertThat(folder.resolve("outside")).doesNotExist();
        assertThat(folder.resolve("a.txt")).doesNotExist();
        assertThat(folder.resolve("out-outside")).doesNotExist();
    }

    @Test
    void aMessageDecidesAboutAWholeUriOnlyAmongThoseThatTheRouteNames() {
        for (var step : List.of(
                "- toD: ${header.d}",
                "- toD: 'language:simple:${header.d}'",
                "- recipientList: {header: {expression: d}}",
                "- routingSlip: {header: {expression: d}}",
                "- enrich: {header: {expression: d}}",
                "- recipientList: {simple: {expression: '${header.d}'}}")) {
            assertThat(call(step, "direct:secret")).as(step).startsWith("422 ").contains("allowedUris");
            var named = "- setProperty: {name: allowedUris, constant: 'direct:x-*, direct:y'}\n" + step;
            assertThat(call(named, "direct:x-a")).as(step).isEqualTo("200 inner a");
            assertThat(call(named, "direct:secret")).as(step).startsWith("422 ");
            assertThat(call(named, "direct:x-a?block=false")).as(step).startsWith("422 ");
        }
    }

    @Test
    void whatARouteHasWrittenGoesOnWorking() throws IOException {
        assertThat(call("- toD: direct:x-${header.d}", "a")).isEqualTo("200 inner a");
        assertThat(call("- recipientList: {simple: {expression: 'direct:x-${header.d},direct:secret'}}", "a"))
                .isEqualTo("200 inner secret");
        assertThat(call("- recipientList: {constant: {expression: 'direct:x-a,direct:secret'}}", "a"))
                .isEqualTo("200 inner secret");
        assertThat(call("- enrich: {simple: {expression: 'direct:x-${header.d}'}}", "a"))
                .isEqualTo("200 inner a");
        call("- setBody: {constant: written}\n- toD: file:FOLDER/out/${header.d}?fileName=${header.d} ü.txt", "b");
        assertThat(Files.readString(folder.resolve("out/b/b ü.txt"))).isEqualTo("written");
        call("- setBody: {constant: written}\n- toD: file:FOLDER/${date:now:'x'/yyyy}?fileName=c.txt", "b");
        assertThat(folder.resolve("x")).isDirectory();
        var toPartner =
                "- removeHeaders: {pattern: 'Camel*'}\n- toD: {uri: 'http://PARTNER/x/${header.d}?q=${header.d}&w=1'";
        call(toPartner + "}", "a bé=");
        call(toPartner + ", allowOptimisedComponents: false}", "a bé=");
        assertThat(atPartner).hasSize(2).allMatch(seen -> seen.startsWith("/x/a%20b"));
        assertThat(atPartner).as(atPartner.toString()).allMatch(seen -> seen.contains("%3D&w=1 "));
        assertThat(call("- toD: kamelet:say-action?word=${header.d}", "hello")).isEqualTo("200 hello");
    }

    @Test
    void noEdgeLetsAHeaderInThatSteersAComponent() throws Exception {
        try (var another = HubInside.connectToBroker(hub.bean(RabbitConnectionDetails.class));
                var channel = another.createChannel()) {
            channel.queueDeclare("t.edge", true, false, false, null);
            hub.write("t/edges.camel.yaml", """
                    - route:
                        from: {uri: 'platform-http:/t/edge', steps: [{to: 'bean:seen?method=see(http, *)'}]}
                    - route:
                        from:
                          uri: direct:x-partner
                          steps:
                            - removeHeaders: {pattern: '*'}
                            - to: http://127.0.0.1:%d/edge
                            - to: bean:seen?method=see(partner, *)
                    - route:
                        from: {uri: 'platform-http:/t/edge-partner', steps: [{to: 'direct:x-partner'}]}
                    - route:
                        from: {uri: 'event:edge.event?subscription=edge', steps: [{to: 'bean:seen?method=see(event, *)'}]}
                    - route:
                        from: {uri: 'spring-rabbitmq:default?queues=t.edge', steps: [{to: 'bean:seen?method=see(queue, *)'}]}
                    """.formatted(partner.getAddress().getPort()))
                    .awaitLive("t/edges.camel.yaml");
            hub.awaitReading();
            var headers = new HashMap<String, Object>();
            STEERING.forEach(name -> headers.put(name, STEERED));
            channel.basicPublish("", "t.edge", properties(headers), "{}".getBytes(StandardCharsets.UTF_8));
            STEERING.stream()
                    .filter(name -> !name.contains("."))
                    .forEach(name -> headers.put("cloudEvents_" + name.toLowerCase(Locale.ROOT), STEERED));
            headers.putAll(Map.of(
                    "cloudEvents_specversion", "1.0",
                    "cloudEvents_id", "1",
                    "cloudEvents_source", "/another",
                    "cloudEvents_type", "edge.event"));
            channel.basicPublish(
                    "serai.events", "edge.event", properties(headers), "{}".getBytes(StandardCharsets.UTF_8));
            for (var path : List.of("/t/edge", "/t/edge-partner")) {
                var query = STEERING.stream().map(name -> name + "=" + STEERED).collect(joining("&"));
                var http = STEERING.stream()
                        .flatMap(name -> Stream.of(name, STEERED))
                        .toArray(String[]::new);
                assertThat(hub.send("GET", path + "?" + query, "", http).statusCode())
                        .isBetween(200, 204);
            }

            await().until(() -> Set.copyOf(seen.edges).equals(Set.of("http", "partner", "event", "queue")));
        }
        assertThat(seen.values)
                .filteredOn(value -> value.contains(STEERED))
                .as("only the query that HTTP tells about itself, and extensions under the name of extensions")
                .allMatch(value -> value.matches("http CamelHttp(Raw)?Query=.*|event CamelCloudEvent[a-z]+=.*"));
    }

    private static BasicProperties properties(Map<String, Object> headers) {
        return new BasicProperties.Builder()
                .contentType("application/json")
                .headers(headers)
                .build();
    }
}
