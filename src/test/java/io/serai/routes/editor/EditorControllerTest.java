// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.editor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.hasItem;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.serai.message.NotFound;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

/** What editors ask for. */
class EditorControllerTest {

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

        var version = etag.replace("\"", "");
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
