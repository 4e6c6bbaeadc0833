// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** The files that a hub is put into production with name only what is there; after {@code package}, which makes target/serai. */
class DeploymentIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)[:}]");
    private static final Pattern REQUIRED = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)}");

    private final JsonNode compose = yaml(Path.of("docker-compose.yml"));
    private final JsonNode services = compose.path("services");
    private final JsonNode hub = services.path("hub");
    private final Dockerfile image = Dockerfile.read(Path.of("Dockerfile"));

    @Test
    void composeFileHasTheShapeOfTheSpecification() throws IOException {
        var shape = JSON.readTree(
                Path.of("src/test/resources/deployment/compose.schema.json").toFile());
        assertThat(faults(VersionFlag.V202012, shape)).isEmpty();
    }

    @Test
    void composeFileIsValidByTheSpecificationsOwnSchema() throws IOException {
        var file = System.getenv("SERAI_TEST_COMPOSE_SCHEMA");
        assumeTrue(file != null, "SERAI_TEST_COMPOSE_SCHEMA does not name a copy of compose-spec.json");
        var schema = (ObjectNode) JSON.readTree(Path.of(file).toFile());
        // a relative name, and draft 7 under an address that is not its own
        schema.remove(List.of("$id", "$schema"));
        assertThat(faults(VersionFlag.V7, schema)).isEmpty();
    }

    @Test
    void composeFileTakesItsCredentialsFromTheEnvironmentThatTheExampleLists() throws IOException {
        var example = Files.readString(Path.of(".env.example"));
        var needed = names(Pattern.compile("(?m)^([A-Z_]+)="), example);
        var optional = names(Pattern.compile("(?m)^#([A-Z_]+)="), example);
        var text = Files.readString(Path.of("docker-compose.yml"));
        var mandatory = names(Pattern.compile("\\$\\{([A-Z_]+):\\?see \\.env\\.example}"), text);
        compose.path("secrets")
                .forEach(secret -> mandatory.add(secret.path("environment").asText()));

        assertThat(mandatory).isEqualTo(needed);
        assertThat(names(Pattern.compile("\\$\\{([A-Z_]+):-"), text)).isEqualTo(optional);
        services.forEach(service -> service.path("environment").properties().forEach(variable -> {
            if (variable.getKey().contains("PASS")) {
                assertThat(variable.getValue().asText()).matches("\\$\\{[A-Z_]+:\\?.*}");
            }
        }));
        assertThat(Files.readAllLines(Path.of(".gitignore"))).contains(".env");
    }

    @Test
    void hubGetsEveryVariableThatProductionNeedsAndNoOther() throws IOException {
        var production = Files.readString(Path.of("config/application-production.yaml"));
        var given = new TreeSet<String>();
        hub.path("environment").fieldNames().forEachRemaining(given::add);
        given.remove("SPRING_PROFILES_ACTIVE");
        assertThat(given).containsAll(names(REQUIRED, production)).isSubsetOf(names(VARIABLE, production));
    }

    @Test
    void everyNameOfTheComposeFileIsDefinedAndUsed() {
        for (var kind : List.of("networks", "secrets")) {
            var used = stream(services).flatMap(service -> texts(service.path(kind)).stream());
            assertThat(used.collect(Collectors.toSet())).as(kind).isEqualTo(keys(compose.path(kind)));
        }
        var volumes = new HashSet<String>();
        services.properties()
                .forEach(service -> texts(service.getValue().path("volumes")).forEach(mount -> {
                    var source = mount.split(":", -1)[0];
                    if (source.startsWith("./")) {
                        assertThat(Path.of(source))
                                .as("mount of %s", service.getKey())
                                .exists();
                    } else {
                        volumes.add(source);
                    }
                }));
        assertThat(volumes).isEqualTo(keys(compose.path("volumes")));
    }

    @Test
    void servicesStartAfterThoseTheyNeedWhichTellTheirHealth() {
        assertThat(keys(hub.path("depends_on"))).containsExactlyInAnyOrder("rabbitmq", "postgres");
        services.properties().forEach(service -> {
            var healthIsTold = service.getValue().has("healthcheck")
                    || (service.getValue().has("build")
                            && !image.all("HEALTHCHECK").isEmpty());
            assertThat(healthIsTold).as("health of %s", service.getKey()).isTrue();
            keys(service.getValue().path("depends_on"))
                    .forEach(other -> assertThat(reaches(service.getKey(), other))
                            .as("%s reaches %s", service.getKey(), other)
                            .isTrue());
        });
    }

    @Test
    void onlyTheHubAndThePagesForPeopleHavePortsOfTheMachine() {
        var open = services.properties().stream()
                .filter(service -> service.getValue().has("ports"))
                .collect(Collectors.toMap(
                        service -> service.getKey(),
                        service -> texts(service.getValue().path("ports")).stream()
                                .map(port -> port.substring(port.lastIndexOf(':') + 1))
                                .toList()));
        assertThat(open.keySet()).containsExactlyInAnyOrder("hub", "rabbitmq", "prometheus", "grafana");
        assertThat(open.get("rabbitmq")).containsExactly("15672");
        assertThat(open.get("hub")).containsExactly(image.only("EXPOSE"));
        // an inner network has no way out, so a port on it would be no port
        open.keySet()
                .forEach(service -> assertThat(texts(services.path(service).path("networks")))
                        .as("networks of %s", service)
                        .anyMatch(network -> !compose.at("/networks/" + network + "/internal")
                                .asBoolean()));
    }

    @Test
    void imageIsMadeOfWhatTheBuildMadeAndRunsAsNobodySpecial() throws IOException {
        assertThat(image.only("FROM")).as("routes in Java are compiled").endsWith("-jdk");
        assertThat(image.copies()).isNotEmpty().allSatisfy((source, target) -> {
            assertThat(source).startsWith("target/serai/");
            assertThat(Path.of(source)).exists();
        });
        assertThat(image.all("COPY").stream()
                        .mapToInt(copy -> copy.split(" ").length)
                        .sum())
                .as("the copies are all understood")
                .isGreaterThan(image.copies().size());
        assertThat(image.only("USER")).isNotIn("root", "0");
        assertThat(image.all("RUN").get(0)).contains("useradd").contains(" " + image.only("USER") + " ");
        assertThat(Files.readAllLines(Path.of(".dockerignore")))
                .endsWith("*", "!target/", "target/*", "!target/serai/");
    }

    @Test
    void programsThatTheImageNamesAreInItAndStartedWithoutAShell() throws IOException {
        var health = image.only("HEALTHCHECK");
        for (var command : List.of(image.only("ENTRYPOINT"), health.substring(health.indexOf("CMD ") + 4))) {
            var program = JSON.readTree(command).path(0).asText();
            assertThat(image.sourceOf(program)).as(program).isExecutable();
        }
    }

    @Test
    void foldersOfTheHubAreVolumes() throws IOException {
        var folder = image.only("WORKDIR");
        var volumes = texts(JSON.readTree(image.only("VOLUME")));
        assertThat(volumes).containsExactlyInAnyOrder(folder + "/data", folder + "/routes", folder + "/config");
        assertThat(texts(hub.path("volumes")).stream().map(mount -> mount.split(":", -1)[1]))
                .containsExactlyInAnyOrderElementsOf(volumes);
        for (var shipped : List.of("routes", "config")) {
            assertThat(image.copies()).containsEntry("target/serai/" + shipped + "/", folder + "/" + shipped + "/");
        }
    }

    @Test
    void prometheusReadsTheHubWithTheLoginThatProductionKnows() {
        var jobs = yaml(Path.of("config/prometheus/prometheus.yml")).path("scrape_configs");
        jobs.forEach(job -> job.path("static_configs")
                .forEach(targets -> targets.path("targets")
                        .forEach(target -> assertThat(
                                        reaches("prometheus", target.asText().split(":", -1)[0]))
                                .as("prometheus reaches %s", target)
                                .isTrue())));
        var job = stream(jobs)
                .filter(each -> each.path("job_name").asText().equals("serai"))
                .findFirst()
                .orElseThrow();
        assertThat(job.at("/static_configs/0/targets/0").asText()).isEqualTo("hub:" + image.only("EXPOSE"));
        assertThat(job.path("metrics_path").asText()).isEqualTo("/actuator/prometheus");
        var user = yaml(Path.of("config/application-production.yaml")).at("/serai/security/users/1");
        assertThat(user.path("name").asText())
                .isEqualTo(
                        "${SERAI_METRICS_NAME:%s}",
                        job.at("/basic_auth/username").asText());
        assertThat(texts(user.path("roles"))).containsExactly("metrics");
        var file = job.at("/basic_auth/password_file").asText();
        assertThat(texts(services.at("/prometheus/secrets"))).contains(file.replace("/run/secrets/", ""));
    }

    @Test
    void grafanaFindsItsDashboardsAndTheyTheirSource() throws IOException {
        var provisioning = Path.of("config/grafana/provisioning");
        var source = yaml(provisioning.resolve("datasources/prometheus.yaml")).at("/datasources/0");
        var address = source.path("url").asText();
        assertThat(address).isEqualTo("http://prometheus:9090");
        assertThat(reaches("grafana", "prometheus")).isTrue();

        var folder = yaml(provisioning.resolve("dashboards/serai.yaml"))
                .at("/providers/0/options/path")
                .asText();
        assertThat(texts(services.at("/grafana/volumes"))).contains("./config/grafana/dashboards:" + folder + ":ro");
        var home = services.at("/grafana/environment/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH")
                .asText();
        assertThat(Path.of(home.replace(folder, "config/grafana/dashboards"))).isRegularFile();

        try (var files = Files.list(Path.of("config/grafana/dashboards"))) {
            for (var file : files.toList()) {
                var dashboard = JSON.readTree(file.toFile());
                var panels = dashboard.path("panels");
                assertThat(panels).isNotEmpty();
                assertThat(panels.findValues("datasource"))
                        .allMatch(each -> each.path("uid").equals(source.path("uid"))
                                && each.path("type").equals(source.path("type")));
                assertThat(stream(panels).map(each -> each.path("id").asInt())).doesNotHaveDuplicates();
                assertThat(stream(panels).map(each -> each.path("title").asText()))
                        .doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void serviceUnitIsWhatSystemdTakes(@TempDir Path folder) throws IOException, InterruptedException {
        var analyze = Path.of("/usr/bin/systemd-analyze");
        assumeTrue(Files.isExecutable(analyze), "systemd-analyze is not installed");
        var text = Files.readString(Path.of("config/systemd/serai.service"));
        var program = Path.of("target/serai/bin/serai").toAbsolutePath();
        assertThat(text).contains("ExecStart=/opt/serai/bin/serai\n");
        var unit = folder.resolve("serai.service");
        Files.writeString(
                unit,
                text.replace("/opt/serai/bin/serai", program.toString())
                        .replace(
                                "/opt/serai/README.md",
                                Path.of("README.md").toAbsolutePath().toString()));
        var verify = new ProcessBuilder(analyze.toString(), "verify", "--man=no", unit.toString())
                .redirectErrorStream(true)
                .start();
        var said = new String(verify.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(verify.waitFor()).as(said).isZero();
        assertThat(said.lines().filter(line -> line.contains("serai.service"))).isEmpty();
    }

    /** Its instructions with their arguments, lines that go on joined. */
    private record Dockerfile(List<List<String>> instructions) {

        static Dockerfile read(Path file) {
            try {
                var text = Files.readString(file).replaceAll("(?m)^#.*\n", "").replace("\\\n", " ");
                return new Dockerfile(text.lines()
                        .filter(line -> !line.isBlank())
                        .map(line -> List.of(line.strip().split("\\s+", 2)))
                        .toList());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        List<String> all(String instruction) {
            return instructions.stream()
                    .filter(each -> each.get(0).equals(instruction))
                    .map(each -> each.get(1))
                    .toList();
        }

        String only(String instruction) {
            assertThat(all(instruction)).as(instruction).hasSize(1);
            return all(instruction).get(0);
        }

        /** Source to target. */
        java.util.Map<String, String> copies() {
            var copies = new java.util.TreeMap<String, String>();
            for (var copy : all("COPY")) {
                var words = new ArrayList<>(List.of(copy.split("\\s+")));
                words.removeIf(word -> word.startsWith("--"));
                var target = words.remove(words.size() - 1);
                words.forEach(source -> copies.put(source, target));
            }
            return copies;
        }

        /** Where a file of the image comes from. */
        Path sourceOf(String path) {
            return copies().entrySet().stream()
                    .filter(copy ->
                            path.startsWith(copy.getValue()) && copy.getKey().endsWith("/"))
                    .map(copy -> Path.of(
                            copy.getKey(), path.substring(copy.getValue().length())))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("nothing is copied to " + path));
        }
    }

    private boolean reaches(String one, String other) {
        var networks = new HashSet<>(texts(services.path(one).path("networks")));
        networks.retainAll(texts(services.path(other).path("networks")));
        return !networks.isEmpty();
    }

    private List<String> faults(VersionFlag draft, JsonNode schema) {
        return JsonSchemaFactory.getInstance(draft).getSchema(schema).validate(compose).stream()
                .map(Object::toString)
                .toList();
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text.replaceAll("(?m)^ *# .*$", ""))
                .results()
                .map(each -> each.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<JsonNode> stream(JsonNode node) {
        return StreamSupport.stream(node.spliterator(), false);
    }

    private static List<String> texts(JsonNode node) {
        return stream(node).map(JsonNode::asText).toList();
    }

    private static Set<String> keys(JsonNode node) {
        var keys = new TreeSet<String>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static JsonNode yaml(Path file) {
        try (var reader = Files.newBufferedReader(file)) {
            return JSON.valueToTree(new Yaml().<Object>load(reader));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
