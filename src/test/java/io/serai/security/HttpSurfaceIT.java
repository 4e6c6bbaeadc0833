// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.model.Model;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.web.access.WebInvocationPrivilegeEvaluator;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/** What the hub serves, who may call it, and that its description says the same. */
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HttpSurfaceIT {

    private static final Path APPROVED = Path.of("src/test/resources/security/http-surface.approved.txt");
    private static final Path RECEIVED = Path.of("target/http-surface.received.txt");
    private static final String PASSWORD = "open sesame";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext hub;
    private String address;
    private JsonNode document;
    private String welcome;

    @BeforeAll
    void start(@TempDir Path data, CapturedOutput output) throws IOException, InterruptedException {
        var arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--serai.embedded.data=" + data,
                "--serai.routes.directory=routes",
                "--serai.registry.allowed-addresses=one.partner.test,two.partner.test",
                "--serai.eventlog.heartbeat=1s"));
        var hash = new BCryptPasswordEncoder(4).encode(PASSWORD);
        var roles = Role.values();
        for (int i = 0; i < roles.length; i++) {
            var user = "--serai.security.users[" + i + "].";
            var name = roles[i].key();
            arguments.addAll(List.of(user + "name=" + name, user + "password=" + hash, user + "roles=" + name));
        }
        hub = HubInside.start(arguments);
        welcome = output.getOut();
        address = "http://localhost:"
                + ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
        document = json(get("/v3/api-docs", Role.READER));
    }

    @AfterAll
    void stop() {
        hub.close();
    }

    @Test
    void surfaceIsTheApprovedOne() throws IOException {
        var received = served().stream()
                .map(call -> "%-6s %-40s %s".formatted(call.method(), call.path(), String.join(" ", guards(call))))
                .toList();
        Files.write(RECEIVED, received);

        var approved = Files.readAllLines(APPROVED);
        var difference = new TreeMap<String, String>();
        received.stream().filter(line -> !approved.contains(line)).forEach(line -> difference.put(line, "+ " + line));
        approved.stream().filter(line -> !received.contains(line)).forEach(line -> difference.put(line, "- " + line));
        assertThat(difference.values())
                .as("the HTTP surface has changed; where that is meant, copy %s over %s", RECEIVED, APPROVED)
                .isEmpty();
    }

    @Test
    void frontPageNamesWhereToLookToBrowsersAndPrograms() throws Exception {
        var page = front("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).contains("default-src 'self'"));
        assertThat(page.body()).doesNotContain("<script", "<style", "style=").doesNotContainPattern("\\son[a-z]+=");
        var linked = Pattern.compile("href=\"(/[^\"]*)\"")
                .matcher(page.body())
                .results()
                .map(link -> link.group(1))
                .toList();

        for (var accepted : List.of("*/*", "application/json")) {
            var links = JSON.readTree(front(accepted).body()).path("links");
            assertThat(links).extracting(JsonNode::asText).containsExactlyInAnyOrderElementsOf(linked);
        }
        for (var link : linked) {
            assertThat(status(link, Role.READER)).as(link).isEqualTo(200);
        }
    }

    @Test
    void welcomeShowsWhereTheLoginGoes() {
        assertThat(welcome).contains("curl -u USER:PASSWORD -N '" + address + "/api/events/stream'");
        assertThat(welcome.lines().filter(line -> line.startsWith("  curl")))
                .hasSize(3)
                .allMatch(line -> line.contains("-u USER:PASSWORD"));
    }

    @Test
    void readingIsGuardedAsTheRulesSay() throws IOException, InterruptedException {
        for (var call : served()) {
            if (!call.method().equals("GET")) {
                continue;
            }
            var open = guards(call).contains("anyone");
            assertThat(status(call.uri(), null)).as("%s without a login", call).matches(is -> open == (is != 401));
            for (var role : Role.values()) {
                var allowed = open || allows(call, role);
                assertThat(status(call.uri(), role)).as("%s as %s", call, role).matches(is -> allowed == (is != 403));
            }
        }
    }

    @Test
    void everyPathOfTheApiThatAnswersIsDescribedWithItsRoles() {
        var served = served().stream()
                .filter(call -> call.path().startsWith("/api"))
                .collect(Collectors.toMap(Call::shape, this::guards, (a, b) -> a, TreeMap::new));
        var described = new TreeMap<Call, Set<String>>();
        operations().forEach((call, operation) -> {
            var roles = new TreeSet<String>();
            operation.path("security").forEach(each -> each.path("login").forEach(role -> roles.add(role.asText())));
            assertThat(described.put(call.shape(), roles))
                    .as("%s described once", call)
                    .isNull();
        });
        assertThat(described).isEqualTo(served);
        assertThat(document.at("/components/securitySchemes/login/scheme").asText())
                .isEqualTo("basic");
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void whatARouteServesIsDescribedFromThenOn() throws Exception {
        var camel = hub.getBean(CamelContext.class);
        var before = served();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                rest("/api/users/{user}/parcels")
                        .get("/{parcel}")
                        .id("show-parcel")
                        .description("Shows a parcel")
                        .to("direct:parcel");
                from("direct:parcel").routeId("parcel").setBody(constant("{}"));
                from("platform-http:/api/bare/{thing}?httpMethodRestrict=GET,PUT")
                        .routeId("bare")
                        .setBody(constant("{}"));
                from("platform-http:/api/below?matchOnUriPrefix=true&httpMethodRestrict=POST")
                        .routeId("below")
                        .to("json-validator:file:routes/schemas/shipment.schema.json")
                        .setHeader("CamelHttpResponseCode", constant(202))
                        .setBody(constant("{}"));
            }
        });
        assertThat(status("/api/bare/1", Role.READER)).isEqualTo(200);
        assertThat(served()).hasSize(before.size() + 4);
        var paths = json(get("/v3/api-docs", Role.READER)).path("paths");
        assertThat(paths.at("/~1api~1bare~1{thing}/put/parameters/0/name").asText())
                .isEqualTo("thing");
        assertThat(paths.at("/~1api~1bare~1{thing}/get/security/0/login/0").asText())
                .isEqualTo("reader");
        assertThat(paths.at("/~1api~1users~1{user}~1parcels~1{parcel}/get/summary")
                        .asText())
                .isEqualTo("Shows a parcel");

        var below = paths.at("/~1api~1below~1{path}/post");
        assertThat(below.at("/parameters/0/description").asText()).contains("any number of segments");
        assertThat(below.path("responses").has("202")).isTrue();
        assertThat(below.path("responses").has("200")).isFalse();
        assertThat(below.at("/requestBody/content/application~1json/schema/$ref")
                        .asText())
                .isEqualTo("#/components/schemas/ShipmentFile");
        assertThat(paths.at("/~1api~1below/post").isMissingNode()).isFalse();
        assertThat(paths.at("/~1api~1bare~1{thing}/get/responses").has("200")).isTrue();

        for (var route : List.of("show-parcel", "parcel", "bare", "below")) {
            camel.getRouteController().stopRoute(route);
            assertThat(camel.removeRoute(route)).as(route).isTrue();
        }
        camel.getCamelContextExtension()
                .getContextPlugin(Model.class)
                .getRestDefinitions()
                .removeIf(rest -> rest.getPath().contains("parcels"));
        // Spring MVC's mapping stays, though nothing answers there
        assertThat(json(get("/v3/api-docs", Role.READER)).path("paths")).isEqualTo(document.path("paths"));
    }

    @Test
    void documentIsWholeInItself() {
        assertThat(document.path("openapi").asText()).startsWith("3.1");
        assertThat(document.at("/servers/0/url").asText()).isEqualTo("/");
        var names = new HashSet<String>();
        operations().forEach((call, operation) -> {
            assertThat(names.add(operation.path("operationId").asText()))
                    .as("%s has a name of its own", call)
                    .isTrue();
            assertThat(operation.path("tags")).as("%s is in a group", call).hasSize(1);
            assertThat(operation.path("summary").asText())
                    .as("%s has a summary", call)
                    .isNotBlank();
            assertThat(operation.path("responses").properties().stream().map(Map.Entry::getKey))
                    .as("%s says what success and refusal are", call)
                    .anyMatch(code -> code.startsWith("2"))
                    .contains("4XX");
            assertThat(operation
                            .at("/responses/default/content/application~1problem+json/schema/$ref")
                            .asText())
                    .isEqualTo("#/components/schemas/Problem");
            var parameters = operation.findParents("in").stream()
                    .filter(each -> each.path("in").asText().equals("path"))
                    .map(each -> "{" + each.path("name").asText() + "}")
                    .toList();
            assertThat(parameters).as("parameters of %s", call).containsExactlyInAnyOrderElementsOf(call.parameters());
        });
        assertThat(document.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse());
    }

    @Test
    void whoAnnouncesMovesAndWithdrawsAServiceIsLoggedAndItsHeartbeatsAreNot(CapturedOutput output) throws Exception {
        var path = "/api/services/parcels/one";
        var statuses = new ArrayList<Integer>();
        for (var host : List.of("one", "one", "two", "two")) {
            var body = HttpRequest.BodyPublishers.ofString("{\"address\": \"http://%s.partner.test\"}".formatted(host));
            var request = request(path, Role.OPERATOR)
                    .header("Content-Type", "application/json")
                    .PUT(body);

            statuses.add(http.send(request.build(), BodyHandlers.discarding()).statusCode());
        }
        var withdrawal = request(path, Role.OPERATOR).DELETE();
        statuses.add(http.send(withdrawal.build(), BodyHandlers.discarding()).statusCode());

        assertThat(statuses).containsExactly(201, 200, 200, 200, 204);
        var line = "audit who=operator from=127.0.0.1 method=%s path=" + path + " status=%d";
        assertThat(output.getOut().lines().filter(each -> each.contains(" audit ") && each.contains(path)))
                .satisfiesExactly(
                        added -> assertThat(added).contains(line.formatted("PUT", 201)),
                        moved -> assertThat(moved).contains(line.formatted("PUT", 200)),
                        withdrawn -> assertThat(withdrawn).contains(line.formatted("DELETE", 204)));
    }

    @Test
    void describedStatusesAreThoseThatTheHubAnswers() {
        assertThat(successes("/api/jobs", "post")).containsExactly("202");
        assertThat(successes("/api/events", "post")).containsExactly("202");
        assertThat(successes("/api/fulfilment/shipments", "post")).containsExactlyInAnyOrder("200", "201");
        assertThat(successes("/api/users", "post")).containsExactly("201");
        assertThat(successes("/api/users/{id}", "delete")).containsExactly("204");
        assertThat(successes("/api/route-files/{folder}/{file}", "put")).containsExactlyInAnyOrder("200", "201");
        assertThat(successes("/api/route-files/{folder}/{file}", "delete")).containsExactly("204");
        assertThat(successes("/api/services/{service}/{instance}", "put")).containsExactlyInAnyOrder("200", "201");
    }

    @Test
    void aRoutesBodyIsDescribedByTheSchemaThatTheRouteChecksItBy() {
        for (var call : List.of("/~1api~1users/post", "/~1api~1users~1{id}/put")) {
            assertThat(document.at("/paths" + call + "/requestBody/content/application~1json/schema/$ref")
                            .asText())
                    .as(call)
                    .isEqualTo("#/components/schemas/UserFile");
        }
        assertThat(document.at("/components/schemas/UserFile/properties").fieldNames())
                .toIterable()
                .contains("name", "email");
        assertThat(document.at(
                                "/paths/~1api~1fulfilment~1shipments/post/requestBody/content/application~1json/schema/$ref")
                        .asText())
                .isEqualTo("#/components/schemas/ShipmentRequestFile");
    }

    @Test
    void anEventWithoutABodyIsAsDescribed() {
        assertThat(document.at("/components/schemas/Shown/required").toString())
                .contains("\"storedtime\"")
                .doesNotContain("\"data\"");
    }

    private List<String> successes(String path, String method) {
        return document.path("paths").path(path).path(method).path("responses").properties().stream()
                .map(Map.Entry::getKey)
                .filter(code -> code.startsWith("2"))
                .toList();
    }

    @Test
    void answersAreAsDescribed() throws IOException, InterruptedException {
        post("/api/events/order.placed?subject=7", Role.CLIENT);
        var checked = new ArrayList<Call>();
        for (var each : operations().entrySet()) {
            var call = each.getKey();
            var schema = each.getValue().at("/responses/200/content/application~1json/schema");
            if (call.method().equals("GET") && call.parameters().isEmpty() && !schema.isMissingNode()) {
                var answer = get(call.path(), Role.READER);
                assertThat(answer.statusCode()).as("%s", call).isEqualTo(200);
                assertThat(faults(schema, json(answer))).as("%s", call).isEmpty();
                checked.add(call);
            }
        }
        assertThat(checked).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void errorsAreAsDescribed() throws IOException, InterruptedException {
        var problem = JSON.createObjectNode().put("$ref", "#/components/schemas/Problem");
        for (var answer : List.of(
                get("/api/events?limit=0", Role.READER),
                get("/api/nowhere", Role.READER),
                get("/api/users/nobody", Role.READER),
                get("/api/events", Role.METRICS),
                get("/api/events", null))) {
            assertThat(answer.headers().firstValue("Content-Type").orElse("")).isEqualTo("application/problem+json");
            assertThat(faults(problem, json(answer)))
                    .as(answer.uri().toString())
                    .isEmpty();
        }
    }

    @Test
    void anUnknownParameterIsRefusedSaveByAStreamWhichABrowserWouldNeverOpenAgain() throws Exception {
        assertThat(status("/api/events?_=1", Role.READER)).isEqualTo(422);
        assertThat(status("/api/events/stream?_=1", Role.READER)).isEqualTo(200);
    }

    /** A method at a path, as the hub has it mapped. */
    record Call(String method, String path) implements Comparable<Call> {

        Call shape() {
            return new Call(method, path.replaceAll("\\{[^}]*}", "{}"));
        }

        String uri() {
            return path.replaceAll("\\{[^}]*}", "x").replace("**", "x");
        }

        List<String> parameters() {
            return Stream.of(path.split("/"))
                    .filter(part -> part.startsWith("{"))
                    .toList();
        }

        @Override
        public int compareTo(Call other) {
            return (path + method).compareTo(other.path + other.method);
        }
    }

    /** What Spring MVC would answer: controllers, routes, management endpoints. */
    private Set<Call> served() {
        var calls = new TreeSet<Call>();
        for (var mapping :
                hub.getBeansOfType(RequestMappingInfoHandlerMapping.class).values()) {
            mapping.getHandlerMethods().keySet().forEach(each -> {
                var methods = each.getMethodsCondition().getMethods();
                for (var path : each.getPatternValues()) {
                    // what has no method of its own takes them all
                    (methods.isEmpty() ? Set.of(RequestMethod.GET, RequestMethod.POST) : methods)
                            .forEach(method -> calls.add(new Call(method.name(), path)));
                }
            });
        }
        return calls;
    }

    private Map<Call, JsonNode> operations() {
        var operations = new TreeMap<Call, JsonNode>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    var method = operation.getKey().toUpperCase(java.util.Locale.ROOT);
                    operations.put(new Call(method, path.getKey()), operation.getValue());
                }));
        return operations;
    }

    /** The least roles that may make the call. */
    private Set<String> guards(Call call) {
        if (rules().isAllowed("", call.uri(), call.method(), null)) {
            return Set.of("anyone");
        }
        var allowed =
                Arrays.stream(Role.values()).filter(role -> allows(call, role)).collect(Collectors.toSet());
        return allowed.stream()
                .filter(role -> Collections.disjoint(role.included(), allowed))
                .map(Role::key)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private boolean allows(Call call, Role role) {
        var user = UsernamePasswordAuthenticationToken.authenticated(role.key(), "", Role.authorities(Set.of(role)));
        return rules().isAllowed("", call.uri(), call.method(), user);
    }

    private WebInvocationPrivilegeEvaluator rules() {
        return hub.getBean(WebInvocationPrivilegeEvaluator.class);
    }

    private List<String> faults(JsonNode schema, JsonNode answer) {
        var whole = JSON.createObjectNode();
        whole.set("components", document.path("components"));
        whole.set("allOf", JSON.createArrayNode().add(schema));
        return JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(whole).validate(answer).stream()
                .map(Object::toString)
                .toList();
    }

    private int status(String path, @Nullable Role role) throws IOException, InterruptedException {
        var answer = http.send(request(path, role).build(), BodyHandlers.ofInputStream());
        // a stream never ends by itself
        answer.body().close();
        return answer.statusCode();
    }

    private HttpResponse<String> front(String accepted) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address + "/")).header("Accept", accepted);
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private HttpResponse<InputStream> get(String path, @Nullable Role role) throws IOException, InterruptedException {
        return http.send(request(path, role).build(), BodyHandlers.ofInputStream());
    }

    private void post(String path, @Nullable Role role) throws IOException, InterruptedException {
        var request = request(path, role)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"));
        assertThat(http.send(request.build(), BodyHandlers.discarding()).statusCode())
                .isEqualTo(202);
    }

    private HttpRequest.Builder request(String path, @Nullable Role role) {
        var request = HttpRequest.newBuilder(URI.create(address + path));
        if (role != null) {
            var login = (role.key() + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login));
        }
        return request;
    }

    private static JsonNode json(HttpResponse<InputStream> answer) throws IOException {
        try (var body = answer.body()) {
            return JSON.readTree(body);
        }
    }
}
