// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.editor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.hasItem;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.serai.message.NotFound;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

/** What editors ask for. */
class EditorControllerTest {

    private static final ObjectMapper YAML = new YAMLMapper();

    private final MockMvc hub =
            MockMvcBuilders.standaloneSetup(new EditorController()).build();

    @ParameterizedTest
    @ValueSource(strings = {"/api/editor/schema", "/api/editor/components", "/api/editor/components/event"})
    void whatIsAskedForByItsVersionIsKeptForeverAndElseAskedForEachTime(String path) throws Exception {
        var etag = String.valueOf(hub.perform(get(path))
                .andExpect(status().isOk())
                .andExpect(header().string("Cache-Control", "no-cache, private"))
                .andReturn()
                .getResponse()
                .getHeader("ETag"));
        hub.perform(get(path).header("If-None-Match", etag)).andExpect(status().isNotModified());

        var version = etag.replaceAll("^W/|\"", "");
        hub.perform(get(path).queryParam("v", version))
                .andExpect(status().isOk())
                .andExpect(header().string("Cache-Control", "max-age=31536000, private, immutable"));
        hub.perform(get(path).queryParam("v", "of-an-older-hub"))
                .andExpect(status().isOk())
                .andExpect(header().string("Cache-Control", "no-cache, private"))
                .andExpect(header().string("ETag", etag));
    }

    @Test
    void theSchemaIsCamels() throws Exception {
        hub.perform(get("/api/editor/schema"))
                .andExpect(jsonPath("$.items.properties.route").exists());
    }

    @ParameterizedTest
    @MethodSource("shippedRoutes")
    void theSchemaTakesEveryShippedRoute(Path route) throws Exception {
        assertThat(faults(Files.readString(route))).isEmpty();
    }

    static Stream<Path> shippedRoutes() throws IOException {
        try (var files = Files.walk(Path.of("routes"))) {
            return files.filter(file -> file.toString().endsWith(".camel.yaml")).toList().stream();
        }
    }

    @Test
    void theSchemaNamesAMisspeltOptionAndAValueThatIsNone() throws Exception {
        assertThat(faults(from("event:order.placed", "{subscribtion: a}"))).contains("subscribtion");
        assertThat(faults(from("timer:a", "{period: 5, daemon: perhaps}"))).contains("daemon");
        assertThat(faults(from("file:a", "{fileExist: {{a}}}".replace("{{a}}", "\"{{exist}}\""))))
                .isEmpty();
        assertThat(faults(from("event:order.placed", "{subscription: a, idempotent: \"{{once}}\"}")))
                .isEmpty();
    }

    @Test
    void theOptionsOfEventsComeFirst() throws Exception {
        var schema = schema();
        assertThat(schema.at("/items/definitions/io.serai.components/allOf/0/if/properties/uri/pattern")
                        .textValue())
                .isEqualTo("^event(:|$)");
        assertThat(schema.at("/items/definitions/org.apache.camel.model.FromDefinition/properties/uri/examples/0")
                        .textValue())
                .isEqualTo("event:");
    }

    private static String from(String uri, String parameters) {
        return "- from: {uri: \"%s\", parameters: %s, steps: [{log: {message: a}}]}".formatted(uri, parameters);
    }

    private String faults(String route) throws Exception {
        var faults = JsonSchemaFactory.getInstance(VersionFlag.V7)
                .getSchema(schema())
                .validate(YAML.readTree(route));
        return faults.isEmpty() ? "" : faults.toString();
    }

    private JsonNode schema() throws Exception {
        return YAML.readTree(
                hub.perform(get("/api/editor/schema")).andReturn().getResponse().getContentAsByteArray());
    }

    @Test
    void componentsOfTheHubAreAmongThemAndThoseItHasNotAreMarked() throws Exception {
        hub.perform(get("/api/editor/components"))
                .andExpect(jsonPath("$[?(@.scheme=='event')].isInstalled").value(hasItem(true)))
                .andExpect(jsonPath("$[?(@.scheme=='kafka')].isInstalled").value(hasItem(false)));
    }

    @Test
    void aComponentIsDescribedWithItsOptions() throws Exception {
        hub.perform(get("/api/editor/components/event"))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.properties.subscription.description").exists());
        hub.perform(get("/api/editor/components/file"))
                .andExpect(jsonPath("$.properties.fileExist").exists());
    }

    @Test
    void aComponentThatNobodyKnowsIsNotFound() {
        for (var name : new String[] {"flie", "..%2Fx", "a'b"}) {
            assertThatThrownBy(() -> hub.perform(get("/api/editor/components/{scheme}", name)))
                    .hasRootCauseInstanceOf(NotFound.class);
        }
    }
}
