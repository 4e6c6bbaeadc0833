// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import static io.serai.gateway.Client.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.jayway.jsonpath.JsonPath;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.serai.message.Conflict;
import io.serai.message.Unavailable;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.dataformat.JsonLibrary;
import org.apache.camel.model.language.XPathExpression;
import org.apache.camel.model.rest.RestBindingMode;
import org.apache.camel.model.rest.RestParamType;
import org.apache.camel.support.AsyncProcessorSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

@SpringBootTest(
        classes = HttpRoutesIT.App.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "serai.gateway.max-body-size=256KB",
            "serai.gateway.answer-timeout=1s",
            "spring.jackson.deserialization.fail-on-trailing-tokens=true",
            "spring.jackson.parser.strict-duplicate-detection=true",
            "camel.dataformat.jackson.auto-discover-object-mapper=true",
            "camel.main.routes-include-pattern=false"
        })
class HttpRoutesIT {

    private static final String JSON = "application/json";
    private static final String SAX = "javax.xml.transform.sax.SAXSource";
    private static final String STAX = "javax.xml.transform.stax.StAXSource";
    private static final String STREAM = "javax.xml.transform.stream.StreamSource";
    private static final AtomicInteger DONE = new AtomicInteger();
    /** Each kind of body that a route may end with. */
    private static final Map<String, Object> BODIES = Map.ofEntries(
            Map.entry("long", 0L),
            Map.entry("int", 11),
            Map.entry("big", new BigDecimal("1.10")),
            Map.entry("double", 2.5),
            Map.entry("boolean", true),
            Map.entry("list", List.of(1, 2)),
            Map.entry("array", new int[] {1, 2}),
            Map.entry("rows", List.of(Map.of("n", 1L))),
            Map.entry("map", Map.of("n", 1)),
            Map.entry("record", new Order("a", 1)),
            Map.entry("node", JsonNodeFactory.instance.objectNode().put("n", 1)),
            Map.entry("instant", Instant.parse("2026-11-21T10:00:00Z")),
            Map.entry("uuid", new UUID(1, 2)),
            Map.entry("enum", TimeUnit.DAYS),
            Map.entry("character", 'x'),
            Map.entry("text", new StringBuilder("grüße")),
            Map.entry("reader", new StringReader("grüße")),
            Map.entry("bytes", "grüße".getBytes(StandardCharsets.UTF_8)),
            Map.entry("buffer", ByteBuffer.wrap("grüße".getBytes(StandardCharsets.UTF_8))));

    private static final Partner PARTNER = new Partner();
    private static final Partner STRANGER = new Partner();

    @Autowired
    private CamelContext camel;

    private final Client client;

    HttpRoutesIT(@LocalServerPort int port) {
        client = new Client(port);
    }

    /** Another system: keeps the headers of its last call, and answers with some of its own. */
    private static final class Partner {

        private final HttpServer server;
        private volatile Headers called = new Headers();
        private volatile String query = "";

        Partner() {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException noPort) {
                throw new UncheckedIOException(noPort);
            }
            server.createContext("/moved", call -> {
                var to = call.getRequestURI().getQuery();
                call.getResponseHeaders().add("Location", to);
                call.sendResponseHeaders(307, -1);
                call.close();
            });
            server.createContext("/", call -> {
                called = call.getRequestHeaders();
                query = String.valueOf(call.getRequestURI().getRawQuery());
                call.getResponseHeaders().add("Set-Cookie", "partner=1");
                call.getResponseHeaders().add("X-Partner", "p");
                call.sendResponseHeaders(200, 2);
                call.getResponseBody().write("ok".getBytes(StandardCharsets.UTF_8));
                call.close();
            });
            server.start();
        }

        String address() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }
    }

    @AfterAll
    static void stopPartner() {
        PARTNER.server.stop(0);
        STRANGER.server.stop(0);
    }

    private static Class<?> classOf(String name) {
        try {
            return Class.forName(name);
        } catch (ClassNotFoundException notThere) {
            throw new IllegalStateException(notThere);
        }
    }

    /** Types of the test's JSON. */
    record Order(String id, int quantity) {}

    @Configuration(proxyBeanMethods = false)
    @Import(GatewayApp.class)
    static class App {

        @Bean
        RouteBuilder routes() {
            return new RouteBuilder() {
                @Override
                public void configure() {
                    from("platform-http:/t/echo?httpMethodRestrict=POST")
                            .routeId("echo")
                            .process(exchange -> exchange.getExchangeExtension()
                                    .addOnCompletion(new org.apache.camel.support.SynchronizationAdapter() {
                                        @Override
                                        public void onDone(Exchange done) {
                                            DONE.incrementAndGet();
                                        }
                                    }))
                            .setHeader("serai-internal", constant("x"))
                            .setHeader("X-Answer", constant("y"));
                    from("platform-http:/t/headers")
                            .process(exchange -> exchange.getMessage()
                                    .setBody(String.join(
                                            ",",
                                            exchange.getMessage().getHeaders().keySet())));
                    from("platform-http:/t/version")
                            .setHeader("ETag", constant("\"7\""))
                            .setBody(constant("body"));
                    from("platform-http:/t/name/{name}").setBody(simple("[${header.name}]"));
                    rest("/t/items").get("/{name}/parts/{part}").to("direct:item");
                    from("direct:item").setBody(simple("[${header.name}|${header.part}]"));
                    from("platform-http:/t/body/{kind}").process(exchange -> {
                        var kind = exchange.getMessage().getHeader("kind", String.class);
                        exchange.getMessage().setBody(BODIES.get(kind));
                    });
                    from("platform-http:/t/no-json").setBody(constant(new Object()));
                    from("platform-http:/t/text")
                            .setHeader("Content-Type", simple("${header.type}"))
                            .setBody(constant("grüße €"));
                    from("platform-http:/t/again/map")
                            .unmarshal()
                            .json()
                            .marshal()
                            .json();
                    from("platform-http:/t/again/node")
                            .unmarshal()
                            .json(JsonNode.class)
                            .marshal()
                            .json();
                    from("platform-http:/t/again/bare").unmarshal().json();
                    rest("/t/valid")
                            .clientRequestValidation(true)
                            .get()
                            .produces(JSON)
                            .param()
                            .name("q")
                            .type(RestParamType.query)
                            .required(true)
                            .endParam()
                            .param()
                            .name("X-Api-Key")
                            .type(RestParamType.header)
                            .required(true)
                            .endParam()
                            .param()
                            .name("order")
                            .type(RestParamType.query)
                            .required(false)
                            .allowableValues("up", "down")
                            .endParam()
                            .to("direct:valid")
                            .post()
                            .consumes(JSON)
                            .produces(JSON)
                            .bindingMode(RestBindingMode.json)
                            .type(Order.class)
                            .param()
                            .name("body")
                            .type(RestParamType.body)
                            .required(true)
                            .endParam()
                            .to("direct:valid");
                    rest("/t/promised")
                            .clientResponseValidation(true)
                            .bindingMode(RestBindingMode.json)
                            .get()
                            .produces(JSON)
                            .responseMessage()
                            .code(200)
                            .header("X-Promised")
                            .endHeader()
                            .endResponseMessage()
                            .to("direct:valid");
                    from("direct:valid").setBody(constant("{\"ok\":true}"));
                    from("platform-http:/t/repeat")
                            .setHeader("X-Request-Id", simple("${header.X-Request-Id}"))
                            .setHeader("Location", constant("/t/repeat/1"))
                            .setHeader("Set-Cookie", constant("own=1"));
                    from("platform-http:/t/check").setBody(simple("${exchangeProperty.caller-x-api-key}"));
                    from("platform-http:/t/partner").removeHeaders("CamelHttp*").to(PARTNER.address() + "/a");
                    from("platform-http:/t/bridge").to(PARTNER.address() + "/a?bridgeEndpoint=true");
                    from("platform-http:/t/partner-with-login")
                            .removeHeaders("CamelHttp*")
                            .setHeader("Authorization", constant("Bearer own"))
                            .to(PARTNER.address() + "/b");
                    from("platform-http:/t/moved")
                            .removeHeaders("CamelHttp*")
                            .setHeader("X-Api-Key", constant("own"))
                            .setHeader("X-Partner-Pass", constant("own"))
                            .setHeader("CamelHttpQuery", simple("${header.to}"))
                            .removeHeader("to")
                            .to(PARTNER.address() + "/moved?followRedirects=true");
                    from("platform-http:/t/moved-with-basic")
                            .removeHeaders("CamelHttp*")
                            .setHeader("CamelHttpQuery", simple("${header.to}"))
                            .removeHeader("to")
                            .to(PARTNER.address()
                                    + "/moved?followRedirects=true&authMethod=Basic&authUsername=u&authPassword=p"
                                    + "&authenticationPreemptive=true");
                    from("platform-http:/t/two-partners")
                            .removeHeaders("CamelHttp*")
                            .to(PARTNER.address() + "/a")
                            .to(PARTNER.address() + "/b");
                    from("platform-http:/t/late")
                            .process(new Late(20))
                            .setBody(constant("late " + "x".repeat(100_000)));
                    from("platform-http:/t/soon/{id}").process(new Late(2)).setBody(simple("${header.id}"));
                    from("platform-http:/t/late-failure").process(new Late(20)).process(exchange -> {
                        throw new Unavailable("calling: broker is away");
                    });
                    from("platform-http:/t/never").process(new Late(4000)).process(exchange -> DONE.incrementAndGet());
                    from("platform-http:/t/conflict").process(exchange -> {
                        throw new Conflict("changing order 1: it was changed, read it again");
                    });
                    from("platform-http:/t/bug").process(exchange -> {
                        throw new IllegalStateException("secret\r\nforged log line");
                    });
                    from("platform-http:/t/remote").process(exchange -> {
                        throw new ConnectException("refused");
                    });
                    from("platform-http:/t/order")
                            .unmarshal()
                            .json(JsonLibrary.Jackson, Order.class)
                            .setBody(simple("${body.id}"));
                    from("platform-http:/t/schema").to("json-validator:gateway/order.schema.json");
                    from("platform-http:/t/xsd").to("validator:gateway/tree.xsd");
                    from("platform-http:/t/xslt").to("xslt:gateway/same.xsl");
                    from("platform-http:/t/xpath").setBody().xpath("count(//a)", String.class);
                    for (var type : List.of("org.w3c.dom.Document", "org.xml.sax.InputSource", SAX, STAX, STREAM)) {
                        var xpath = new XPathExpression("string(/a)");
                        xpath.setDocumentTypeName(type);
                        xpath.setResultTypeName("java.lang.String");
                        from("platform-http:/t/xpath-" + type.substring(type.lastIndexOf('.') + 1))
                                .setBody(xpath);
                        from("platform-http:/t/as-" + type.substring(type.lastIndexOf('.') + 1))
                                .convertBodyTo(classOf(type))
                                .setBody()
                                .xpath("string(/a)", String.class);
                    }
                    from("platform-http:/t/stopped").routeId("stopped").setBody(constant("up"));
                    rest("/t/rest").get("/{id}").to("direct:rest");
                    from("direct:rest").setBody(simple("${header.id}"));
                }
            };
        }
    }

    /** Goes on later on another thread. */
    private static final class Late extends AsyncProcessorSupport {

        private final int millis;

        Late(int millis) {
            this.millis = millis;
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            CompletableFuture.delayedExecutor(millis, TimeUnit.MILLISECONDS).execute(() -> callback.done(false));
            return false;
        }
    }

    /** However a call has ended: a route that counts it as in flight for ever can never be replaced. */
    @AfterEach
    void noRouteCountsACallAsInFlight() {
        Awaitility.await()
                .untilAsserted(() -> assertThat(camel.getRoutes())
                        .allSatisfy(route -> assertThat(
                                        camel.getInflightRepository().size(route.getRouteId()))
                                .as("%s, from %s", route.getRouteId(), route.getEndpoint())
                                .isZero()));
    }

    @Test
    void anAnswerThatTheCallerHasAlreadyIs304WithoutItsBody() throws Exception {
        for (var tags : List.of("\"7\"", "W/\"7\"", "\"1\", \"7\"")) {
            var response = client.get("/t/version", "If-None-Match", tags);
            assertThat(response.statusCode()).as(tags).isEqualTo(304);
            assertThat(response.body()).isEmpty();
            assertThat(response.headers().firstValue("ETag")).contains("\"7\"");
        }
        for (var tags : List.of("\"8\"", "7", "")) {
            assertThat(client.get("/t/version", "If-None-Match", tags).body())
                    .as(tags)
                    .isEqualTo("body");
        }
        assertThat(client.post("/t/version", "{}", "Content-Type", JSON, "If-None-Match", "\"7\"")
                        .body())
                .isEqualTo("body");
    }

    @Test
    void aRouteTakesNoCompressedBody() throws Exception {
        for (var encoding : List.of("gzip", "deflate", "br", "identity, gzip")) {
            var response = client.post("/t/echo", "{}", "Content-Type", JSON, "Content-Encoding", encoding);
            assertThat(response.statusCode()).as(encoding).isEqualTo(415);
        }
        assertThat(client.post("/t/echo", "{}", "Content-Type", JSON, "Content-Encoding", "identity")
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {JSON, "text/plain"})
    void aRouteTakesNoJsonOfMoreMembersThanMayBe(String contentType) throws Exception {
        for (var path : List.of("/t/echo", "/t/schema")) {
            var response = client.post(path, "[" + "1,".repeat(100_000) + "1]", "Content-Type", contentType);
            assertThat(response.statusCode()).as(path).isEqualTo(413);
            assertThat(response.body()).contains("serai.gateway.max-members");
        }
    }

    @ParameterizedTest
    @CsvSource({"/t/xsd, 422", "/t/xslt, 400", "/t/xpath, 400"})
    void xmlThatIsNestedTooDeepOrMalformedIsRefusedAtOnce(String path, int status) throws Exception {
        var deep = "<a>".repeat(20_000) + "</a>".repeat(20_000);
        for (var body : List.of(deep, "<a><b></a>", "<a", "no XML")) {
            var before = System.nanoTime();
            var response = client.post(path, body, "Content-Type", "application/xml");
            assertThat(response.statusCode())
                    .as(body.substring(0, Math.min(10, body.length())))
                    .isEqualTo(status);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
        }
        var fits = "<a>".repeat(400) + "</a>".repeat(400);
        assertThat(client.post(path, fits, "Content-Type", "application/xml").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xpath-Document",
                "xpath-InputSource",
                "xpath-SAXSource",
                "xpath-StAXSource",
                "xpath-StreamSource",
                "as-Document",
                "as-InputSource",
                "as-SAXSource",
                "as-StAXSource",
                "as-StreamSource",
                "xsd",
                "xslt",
                "xpath",
            })
    void xmlReadsNeitherAFileNorAnotherSystem(String route, @TempDir Path folder) throws Exception {
        var secret = Files.writeString(folder.resolve("secret"), "s3cr3t").toUri();
        var dtd = Files.writeString(folder.resolve("own.dtd"), "<!ENTITY e 's3cr3t'>")
                .toUri();
        for (var prolog : List.of(
                "<!DOCTYPE a [<!ENTITY e SYSTEM '" + secret + "'>]>",
                "<!DOCTYPE a [<!ENTITY e SYSTEM '" + PARTNER.address() + "/a'>]>",
                "<!DOCTYPE a [<!ENTITY % p SYSTEM '" + dtd + "'> %p;]>",
                "<!DOCTYPE a [<!ENTITY % p SYSTEM '" + PARTNER.address() + "/a'> %p; <!ENTITY e 'x'>]>",
                "<!DOCTYPE a SYSTEM '" + dtd + "'>",
                "<!DOCTYPE a SYSTEM '" + PARTNER.address() + "/a'>")) {
            PARTNER.called = new Headers();
            var answer = client.post("/t/" + route, prolog + "<a>&e;</a>", "Content-Type", "application/xml");

            assertThat(answer.body()).as(prolog).doesNotContain("s3cr3t");
            assertThat(PARTNER.called).as(prolog).isEmpty();
        }
    }

    @Test
    void routeAnswersAndIsDoneOnce() throws Exception {
        DONE.set(0);
        var response = client.post("/t/echo", "{\"ä\":1}", "Content-Type", JSON);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("{\"ä\":1}");
        assertThat(response.headers().firstValue("X-Answer")).contains("y");
        assertThat(response.headers().firstValue("serai-internal")).isEmpty();
        Awaitility.await().untilAsserted(() -> assertThat(DONE).hasValue(1));
        assertThat(camel.getInflightRepository().size()).isZero();
    }

    @Test
    void restRouteAnswers() throws Exception {
        assertThat(client.get("/t/rest/42").body()).isEqualTo("42");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "long; 0",
                "int; 11",
                "big; 1.10",
                "double; 2.5",
                "boolean; true",
                "list; [1,2]",
                "array; [1,2]",
                "rows; [{\"n\":1}]",
                "map; {\"n\":1}",
                "record; {\"id\":\"a\",\"quantity\":1}",
                "node; {\"n\":1}",
                "instant; \"2026-11-21T10:00:00Z\"",
                "uuid; \"00000000-0000-0001-0000-000000000002\"",
                "enum; \"DAYS\"",
                "character; \"x\""
            })
    void whateverIsNoTextIsAnsweredAsItsJson(String kind, String json) throws Exception {
        var response = client.get("/t/body/" + kind);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains(JSON);
        assertThat(response.body()).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "reader", "bytes", "buffer"})
    void textAndBytesAreAnsweredAsTheyAre(String kind) throws Exception {
        assertThat(client.get("/t/body/" + kind).body()).isEqualTo("grüße");
    }

    @ParameterizedTest
    @ValueSource(strings = {"map", "node", "bare"})
    void numbersKeepTheirDigits(String way) throws Exception {
        var numbers = "[1.10,0.1,12345678901234567890.123456789,9007199254740993,123456789012345678901234567890,"
                + "2.50E+400,1E-7]";
        assertThat(client.post("/t/again/" + way, numbers, "Content-Type", JSON).body())
                .isEqualTo(numbers);
    }

    @Test
    void bodyThatIsNoJsonEitherIsAFaultOfTheRoute() throws Exception {
        assertProblem(client.get("/t/no-json"), 500, "internal-server-error");
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain, text/plain, utf-8",
        "text/plain;charset=utf-16, text/plain;charset=utf-16, utf-16",
        "text/plain;charset=windows-1252, text/plain;charset=windows-1252, windows-1252",
        "text/plain;charset=iso-8859-1, text/plain;charset=utf-8, utf-8",
        "text/plain;charset=none, text/plain;charset=utf-8, utf-8"
    })
    void textIsAnsweredInTheCharsetThatItsContentTypeNames(String set, String told, String charset) throws Exception {
        var response = client.bytes("/t/text?type=" + set);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type").orElse("").replace(" ", ""))
                .isEqualToIgnoringCase(told);
        assertThat(new String(response.body(), charset)).isEqualTo("grüße €");
    }

    @ParameterizedTest
    @CsvSource({"a%20b%C3%A9, a bé", "C%2D17, C-17", "a+b, a+b", "50%25, 50%", "%E6%9D%B1, 東"})
    void aPathVariableIsItsSegmentDecoded(String segment, String value) throws Exception {
        assertThat(client.get("/t/name/" + segment).body()).isEqualTo("[" + value + "]");
        assertThat(client.get("/t/items/" + segment + "/parts/%41").body()).isEqualTo("[" + value + "|A]");
    }

    @Test
    void aPathVariableThatIsNotUtf8Is400() throws Exception {
        assertThat(client.get("/t/name/%FF").statusCode()).isEqualTo(400);
    }

    @Test
    void whatAnInterfaceRefusesIsAProblemThatNamesIt() throws Exception {
        var missing = client.get("/t/valid?order=sideways");
        assertProblem(missing, 400, "bad-request");
        assertThat(JsonPath.<List<String>>read(missing.body(), "$.errors[*].name"))
                .containsExactly("q", "X-Api-Key", "order");
        assertThat(client.get("/t/valid?q=1&order=up", "X-Api-Key", "k").statusCode())
                .isEqualTo(200);
        assertProblem(client.post("/t/valid", "{bad", "Content-Type", JSON), 400, "malformed-json");
        assertProblem(client.post("/t/valid", "{} x", "Content-Type", JSON), 400, "malformed-json");
        assertProblem(client.post("/t/valid", "", "Content-Type", JSON), 400, "bad-request");
        assertProblem(client.post("/t/valid", "{\"quantity\":\"many\"}", "Content-Type", JSON), 400, "bad-request");
        assertProblem(client.post("/t/valid", "<a/>", "Content-Type", "text/xml"), 415, "unsupported-media-type");
        for (var accept : List.of("text/html", "application/json;q=0", "text/*", "application/xml, text/html")) {
            assertProblem(client.post("/t/valid", "{}", "Content-Type", JSON, "Accept", accept), 406, "not-acceptable");
        }
        for (var accept : List.of("application/*", "*/*", "text/html, application/*;q=0.1", "application/json;q=1")) {
            var answered = client.post("/t/valid", "{}", "Content-Type", JSON, "Accept", accept);
            assertThat(answered.statusCode()).as(accept).isEqualTo(200);
            assertThat(answered.headers().firstValue("Content-Type")).contains(JSON);
        }
    }

    @Test
    void answerThatIsNotWhatItsInterfacePromisesIsAProblem() throws Exception {
        assertProblem(client.get("/t/promised"), 500, "internal-server-error");
    }

    @Test
    void routeThatWaitsIsAnsweredLater() throws Exception {
        assertThat(client.get("/t/late").body()).hasSize(100_005);
        assertProblem(client.get("/t/late-failure"), 503, "unavailable");
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(camel.getInflightRepository().size()).isZero());
    }

    @Test
    void routeThatTakesTooLongIs503AndStillDone() throws Exception {
        DONE.set(0);
        assertProblem(client.get("/t/never"), 503, "unavailable");
        Awaitility.await().untilAsserted(() -> assertThat(DONE).hasValue(1));
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(camel.getInflightRepository().size()).isZero());
    }

    @Test
    void clientsThatGoAwayDisturbNobody() throws Exception {
        var innocent = new AtomicBoolean(true);
        var leaving = IntStream.range(0, 3)
                .mapToObj(number -> new Thread(() -> {
                    while (innocent.get()) {
                        client.abandon("GET /t/soon/away HTTP/1.1\r\nHost: localhost\r\n\r\n");
                    }
                }))
                .toList();
        leaving.forEach(Thread::start);
        int answered = 0;
        try {
            for (int i = 0; i < 3_000; i++) {
                var answer = client.get("/t/soon/" + i);
                // a busy machine may need longer than the second there is
                if (answer.statusCode() != 503) {
                    assertThat(answer.body()).isEqualTo(Integer.toString(i));
                    answered++;
                }
            }
        } finally {
            innocent.set(false);
            for (var each : leaving) {
                each.join();
            }
        }
        assertThat(answered).isGreaterThan(1_000);
        Awaitility.await()
                .untilAsserted(
                        () -> assertThat(camel.getInflightRepository().size()).isZero());
    }

    @Test
    void failuresAreProblems() throws Exception {
        assertProblem(client.get("/t/conflict"), 409, "conflict");
        assertProblem(client.get("/t/remote"), 502, "bad-gateway");
        var bug = client.get("/t/bug");
        assertProblem(bug, 500, "internal-server-error");
        assertThat(bug.body()).doesNotContain("secret");
    }

    @Test
    void bodyThatIsNotOfTheRoutesTypeIs400() throws Exception {
        assertThat(client.post("/t/order", "{\"id\":\"a\",\"quantity\":1}", "Content-Type", JSON)
                        .body())
                .isEqualTo("a");
        var malformed = client.post("/t/order", "{\"id\": <script>", "Content-Type", JSON);
        assertProblem(malformed, 400, "malformed-json");
        assertThat(malformed.body()).contains("line 1, column 8").doesNotContain("script");
        var mismatch = client.post("/t/order", "{\"id\":\"a\",\"quantity\":\"many\"}", "Content-Type", JSON);
        assertProblem(mismatch, 400, "malformed-json");
        assertThat(JsonPath.<String>read(mismatch.body(), "$.errors[0].name")).isEqualTo("/quantity");
        for (var body : new String[] {
            "", " ", "[", "{} x", "{\"id\":\"a\",\"id\":\"b\"}", "{\"id\":\"\u0000\"}", "[".repeat(100_000)
        }) {
            var response = client.post("/t/order", body, "Content-Type", JSON);
            assertThat(response.statusCode()).as(body).isBetween(400, 499);
        }
        var malformed8 = "{\"id\":\"?\"}".getBytes(StandardCharsets.UTF_8);
        malformed8[7] = (byte) 0xFF;
        assertProblem(client.post("/t/order", malformed8, "Content-Type", JSON), 400, "malformed-json");
    }

    @Test
    void bodyThatDoesNotFitTheSchemaIs422() throws Exception {
        var response = client.post("/t/schema", "{\"id\":7}", "Content-Type", JSON);
        assertProblem(response, 422, "invalid");
        assertThat(JsonPath.<Integer>read(response.body(), "$.errors.length()")).isEqualTo(2);
        assertProblem(client.post("/t/schema", "{\"id\":", "Content-Type", JSON), 400, "malformed-json");
    }

    @Test
    void bodyOverTheLimitIs413() throws Exception {
        var large = new byte[300 * 1024];
        assertProblem(client.post("/t/echo", large, "Content-Type", JSON), 413, "body-too-large");
        assertProblem(client.chunked("/t/echo", large, "Content-Type", JSON), 413, "body-too-large");
        assertThat(client.chunked("/t/echo", new byte[200 * 1024], "Content-Type", JSON)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void headersAndParametersDoNotSteer() throws Exception {
        var response = client.get(
                "/t/headers?CamelFileName=x&serai-attempt=1&ok=1",
                "serai-route",
                "x",
                "ce-id",
                "x",
                "cloudEvents_id",
                "x",
                "CamelHttpUri",
                "x",
                "breadcrumbId",
                "x",
                "X-Ok",
                "x");
        assertThat(response.body().toLowerCase(java.util.Locale.ROOT))
                .contains("x-ok", "ok")
                .doesNotContain("camelfilename", "serai-", "ce-id", "cloudevents", "breadcrumb");
    }

    @Test
    void responseHoldsOnlyWhatTheRouteHasSet() throws Exception {
        var response = client.get(
                "/t/name/7?Set-Cookie=sid%3Devil&Set-Cookie=%5Ba%2Cb%5D&Refresh=0&Access-Control-Allow-Origin=*&q=1"
                        + "&Location=%5Bx%2Cy%5D",
                "Authorization", "Basic c2VjcmV0", "Cookie", "sid=42", "X-Api-Key", "secret", "X-Other", "other");
        assertThat(response.body()).isEqualTo("[7]");
        assertThat(response.headers().map().keySet())
                .doesNotContain(
                        "set-cookie",
                        "refresh",
                        "access-control-allow-origin",
                        "location",
                        "authorization",
                        "cookie",
                        "x-api-key",
                        "x-other",
                        "q",
                        "name");
    }

    @Test
    void routeMayRepeatAHeaderOfItsCaller() throws Exception {
        var response = client.get("/t/repeat?Location=http://evil.example", "X-Request-Id", "r-1");
        assertThat(response.headers().allValues("X-Request-Id")).containsExactly("r-1");
        assertThat(response.headers().allValues("Location")).containsExactly("/t/repeat/1");
        assertThat(response.headers().allValues("Set-Cookie")).containsExactly("own=1");
    }

    @Test
    void credentialsOfTheCallerGoToNoPartner() throws Exception {
        var response = client.get(
                "/t/partner?access_token=secret-1&n=1",
                "Authorization",
                "Basic secret-2",
                "Cookie",
                "sid=secret-3",
                "X-Api-Key",
                "secret-4",
                "TE",
                "trailers",
                "X-Ok",
                "ok");
        assertThat(response.body()).isEqualTo("ok");
        assertThat(PARTNER.called).containsKeys("X-ok", "N").doesNotContainKey("Te");
        assertThat(PARTNER.called.toString()).doesNotContain("secret");
        assertThat(response.headers().map().keySet()).doesNotContain("set-cookie", "x-partner", "authorization");
    }

    @Test
    void credentialsInTheQueryOfTheCallerGoToNoPartner() throws Exception {
        client.get("/t/bridge?access_token=secret-1&n=1&acc%65ss_token=secret-2&api-key&q=a%26b+c");
        assertThat(PARTNER.query).isEqualTo("n=1&q=a%26b+c");

        client.get("/t/bridge?access_token=secret-1");
        assertThat(PARTNER.query).isEqualTo("null");
    }

    @Test
    void routeThatLogsInAtAPartnerIsHeard() throws Exception {
        var response = client.get("/t/partner-with-login", "Authorization", "Basic secret");
        assertThat(PARTNER.called.get("Authorization")).containsExactly("Bearer own");
        assertThat(response.headers().map().keySet()).doesNotContain("authorization");
    }

    @Test
    void cookieOfOnePartnerGoesToNoOther() throws Exception {
        assertThat(client.get("/t/two-partners").body()).isEqualTo("ok");
        assertThat(PARTNER.called).containsKey("X-partner").doesNotContainKey("Set-cookie");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/t/moved", "/t/moved-with-basic"})
    void aPartnerThatRedirectsToAnotherGetsNothingSentThere(String path) throws Exception {
        STRANGER.called = new Headers();
        for (var elsewhere :
                List.of(STRANGER.address() + "/a", STRANGER.address().replace("127.0.0.1", "localhost"))) {
            assertProblem(client.post(path + "?to=" + elsewhere, "the order", "X-Own", "y"), 502, "bad-gateway");
            assertThat(STRANGER.called).isEmpty();
        }

        // there and on from there, as a chain
        var chain = PARTNER.address() + "/moved?" + STRANGER.address() + "/a";
        assertProblem(client.post(path + "?to=" + chain, "the order"), 502, "bad-gateway");
        assertThat(STRANGER.called).isEmpty();
    }

    @Test
    void aPartnerMayRedirectWithinItself() throws Exception {
        PARTNER.called = new Headers();
        for (var within : List.of(PARTNER.address() + "/a", "/a")) {
            assertThat(client.post("/t/moved?to=" + within, "the order").statusCode())
                    .isEqualTo(200);
            assertThat(PARTNER.called.getFirst("X-Api-Key")).isEqualTo("own");
        }
    }

    @Test
    void routeMayCheckACredentialOfItsCaller() throws Exception {
        assertThat(client.get("/t/check", "X-Api-Key", "k1").body()).isEqualTo("k1");
    }

    @Test
    void stoppedRouteIs503AndRemovedRouteIs404() throws Exception {
        assertThat(client.get("/t/stopped").body()).isEqualTo("up");
        camel.getRouteController().suspendRoute("stopped");
        assertProblem(client.get("/t/stopped"), 503, "unavailable");
        camel.getRouteController().resumeRoute("stopped");
        assertThat(client.get("/t/stopped").body()).isEqualTo("up");
        camel.getRouteController().stopRoute("stopped");
        assertProblem(client.get("/t/stopped"), 503, "unavailable");
        camel.removeRoute("stopped");
        assertProblem(client.get("/t/stopped"), 404, "not-found");
    }

    @Test
    void bodyCutShortNeverReachesTheRoute() throws Exception {
        DONE.set(0);
        for (var headers : new String[] {"Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\nff\r\n{"}) {
            for (var path : new String[] {"/t/echo", "/api/events/t"}) {
                assertThat(client.halfClosed("POST " + path
                                + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                                + headers))
                        .doesNotContain("HTTP/1.1 2", "HTTP/1.1 5");
            }
        }
        assertThat(DONE).hasValue(0);
    }

    @Test
    void wrongMethodIs405() throws Exception {
        var response = client.get("/t/echo");
        assertProblem(response, 405, "method-not-allowed");
        assertThat(response.headers().firstValue("Allow")).contains("POST");
    }
}
