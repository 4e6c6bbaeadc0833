// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a route is told in secret goes to its partner, and is shown to nobody else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class SecretsStaySecretIT {

    /** A variable that each process has, with characters that an URL encodes. */
    private static final String VARIABLE = "PATH";

    private static final String OF_ENVIRONMENT = System.getenv(VARIABLE);
    private static final String OF_PROPERTY = "s3cr3t-of-a-property";
    private static final String OF_OPTION = "s3cr3t+of/an-option";

    private final ConcurrentLinkedQueue<String> atPartner = new ConcurrentLinkedQueue<>();
    private HttpServer partner;
    private EditedHub hub;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        partner = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        partner.createContext("/", exchange -> {
            atPartner.add(exchange.getRequestURI().getQuery());
            exchange.sendResponseHeaders(500, -1);
            exchange.close();
        });
        partner.start();
        hub = EditedHub.start(folder, Map.of(), "--demo.password=" + OF_PROPERTY);
    }

    @AfterAll
    void stop() {
        hub.close();
        partner.stop(0);
    }

    private String address() {
        return "http://127.0.0.1:" + partner.getAddress().getPort();
    }

    private static void assertNoSecretIn(String text) {
        assertThat(text)
                .doesNotContain(OF_ENVIRONMENT)
                .doesNotContain(URLEncoder.encode(OF_ENVIRONMENT, StandardCharsets.UTF_8))
                .doesNotContain(OF_PROPERTY)
                .doesNotContain(OF_OPTION);
    }

    @Test
    void aFailureShowsNoSecretOfTheUrlThatFailed(CapturedOutput output) {
        hub.write("t/fails.camel.yaml", """
                - route:
                    id: fails
                    from:
                      uri: event:t.fails?subscription=fails
                      steps:
                        - removeHeaders: {pattern: '*'}
                        - to: %s/x?k={{env:%s}}&n={{demo.password}}
                """.formatted(address(), VARIABLE)).awaitLive("t/fails.camel.yaml");
        hub.awaitReading();

        var published = hub.send("POST", "/api/events", """
                {"specversion": "1.0", "id": "1", "source": "/t", "type": "t.fails", "data": {}}""", "Content-Type", "application/cloudevents+json");

        assertThat(published.statusCode()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(hub.get("/api/failures").body()).contains("HttpOperationFailedException"));
        assertThat(atPartner).anyMatch(query -> query.contains("k=" + OF_ENVIRONMENT + "&n=" + OF_PROPERTY));
        var list = hub.get("/api/failures").body();
        assertNoSecretIn(list);
        assertThat(list).contains("k=xxxxxx&n=xxxxxx");
        var id = list.replaceFirst("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
        var failure = hub.get("/api/failures/" + id);
        assertThat(failure.statusCode()).isEqualTo(200);
        assertThat(failure.body()).contains("k=xxxxxx&n=xxxxxx").contains("\"trace\"");
        assertNoSecretIn(failure.body());
        assertNoSecretIn(hub.get("/api/failures/groups").body());
        assertNoSecretIn(output.getAll());
    }

    @Test
    void aRouteShowsNoSecretOfItsEndpointsOrItsNewestFailure(CapturedOutput output) {
        hub.write("t/shown.camel.yaml", """
                - route:
                    id: shown
                    from:
                      uri: platform-http:/t/shown
                      steps:
                        - removeHeaders: {pattern: '*'}
                        - log: calling with {{env:%s}}
                        - to: %s/x?k={{env:%s}}
                - route:
                    id: from-secret
                    from:
                      uri: direct:in-{{demo.password}}
                      steps:
                        - log: never
                """.formatted(VARIABLE, address(), VARIABLE))
                .awaitLive("t/shown.camel.yaml");

        var problem = hub.get("/t/shown");

        assertThat(problem.statusCode()).isEqualTo(502);
        assertNoSecretIn(problem.body());
        var route = hub.get("/api/routes/shown").body();
        assertThat(route).contains("k=xxxxxx");
        assertNoSecretIn(route);
        assertThat(hub.get("/api/routes/from-secret").body()).contains("direct://in-xxxxxx");
        assertNoSecretIn(hub.get("/api/routes").body());
        assertThat(output.getAll()).contains("calling with xxxxxx");
        assertNoSecretIn(output.getAll());
    }

    @Test
    void aSecretOptionIsMaskedAlsoWhereItStandsWithoutItsName(CapturedOutput output) {
        hub.write("t/option.camel.yaml", """
                - route:
                    id: option
                    from:
                      uri: platform-http:/t/option
                      steps:
                        - to:
                            uri: %s/x
                            parameters: {authMethod: Basic, authUsername: orders, authPassword: '{{t.login}}'}
                        - log: done
                - route:
                    id: told
                    from:
                      uri: platform-http:/t/told
                      steps:
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: 'refused: {{t.login}} of orders'
                """.formatted(address())
                        .replace("{{t.login}}", "{{t.login:" + OF_OPTION + "}}"))
                .awaitLive("t/option.camel.yaml");

        var problem = hub.get("/t/told");

        assertThat(problem.statusCode()).isEqualTo(500);
        assertNoSecretIn(problem.body());
        assertThat(hub.get("/api/routes/told").body()).contains("refused: xxxxxx of orders");
        assertThat(output.getAll()).contains("refused: xxxxxx of orders");
        assertNoSecretIn(output.getAll());
    }

    @Test
    void aRefusedFileIsExplainedWithoutItsSecrets(CapturedOutput output) {
        var draft = """
                - route:
                    id: refused
                    from:
                      uri: direct:refused
                      steps:
                        - to: log:x?groupInterval={{env:%s}}
                """.formatted(VARIABLE);
        hub.write("t/refused.camel.yaml", draft).awaitRefused("t/refused.camel.yaml");

        var files = hub.get("/api/route-files").body();
        assertThat(files).contains("For input string: \\\"xxxxxx\\\"");
        assertNoSecretIn(files);
        assertNoSecretIn(output.getAll());
    }
}
