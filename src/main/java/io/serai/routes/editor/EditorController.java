// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.editor;

import io.serai.message.NotFound;
import io.serai.routes.lint.Catalogue;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.DigestUtils;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves what editors check and complete routes by. Asked with the version that it has, its ETag ({@code ?v=9f86…}), it is
 * kept for a year without a question; else the ETag is asked for each time, which costs nothing when it is the same.
 */
@RestController
final class EditorController {

    private static final Duration YEAR = Duration.ofDays(365);

    private final Catalogue catalogue = new Catalogue();
    private final Supplier<byte[]> schema = SingletonSupplier.of(() -> new EditorSchema(catalogue).bytes());

    /**
     * A component.
     *
     * <pre>{@code {"scheme": "event", "isInstalled": true}}</pre>
     *
     * @param isInstalled whether routes of this hub can use it, or its jar is to be added first
     */
    record Component(String scheme, boolean isInstalled) {}

    @Operation(summary = "Shows the JSON schema of routes in YAML")
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(type = "object")))
    @GetMapping(path = "/api/editor/schema", produces = "application/json")
    ResponseEntity<byte[]> schema(@RequestParam(name = "v", required = false) @Nullable String version) {
        return answer(schema.get(), version);
    }

    @Operation(summary = "Lists the components that Camel and this hub know")
    @GetMapping("/api/editor/components")
    ResponseEntity<List<Component>> components(@RequestParam(name = "v", required = false) @Nullable String version) {
        var components = catalogue.schemes().stream()
                .map(scheme -> new Component(scheme, catalogue.hasComponent(scheme)))
                .toList();
        return answer(components, components.toString().getBytes(StandardCharsets.UTF_8), version);
    }

    @Operation(summary = "Describes a component and its options, as Camel's tools exchange it")
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(type = "object")))
    @GetMapping(path = "/api/editor/components/{scheme}", produces = "application/json")
    ResponseEntity<byte[]> component(
            @PathVariable String scheme, @RequestParam(name = "v", required = false) @Nullable String version) {
        var description = catalogue
                .description(scheme)
                .orElseThrow(() -> new NotFound("finding component: neither Camel nor this hub has one of this name"));
        return answer(description.getBytes(StandardCharsets.UTF_8), version);
    }

    private static ResponseEntity<byte[]> answer(byte[] json, @Nullable String version) {
        return answer(json, json, version);
    }

    /** The ETag is compared with If-None-Match by Spring, which answers 304; weak, since Tomcat compresses no strong one. */
    private static <T> ResponseEntity<T> answer(T body, byte[] content, @Nullable String version) {
        var current = DigestUtils.md5DigestAsHex(content);
        return ResponseEntity.ok()
                .cacheControl(
                        current.equals(version)
                                ? CacheControl.maxAge(YEAR).cachePrivate().immutable()
                                : CacheControl.noCache().cachePrivate())
                .eTag("W/\"" + current + "\"")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body);
    }
}
