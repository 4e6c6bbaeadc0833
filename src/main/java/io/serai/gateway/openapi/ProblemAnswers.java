// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import org.springdoc.core.customizers.OpenApiCustomizer;

/** Says of every operation that it answers its errors as problem details (RFC 9457). */
final class ProblemAnswers implements OpenApiCustomizer {

    private static final String NAME = "Problem";

    private static final String SCHEMA = """
            {"type": "object",
             "description": "What failed, and what to do (RFC 9457)",
             "required": ["type", "title", "status", "detail", "instance", "traceId"],
             "properties": {
               "type": {"type": "string", "description": "Stable name of the kind of problem, /problems/KIND"},
               "title": {"type": "string", "description": "The kind in words"},
               "status": {"type": "integer", "description": "HTTP status"},
               "detail": {"type": "string", "description": "What failed and what to do"},
               "instance": {"type": "string", "description": "Path of the request, empty where it could not be read"},
               "errors": {"type": "array", "description": "Which parts are wrong", "items": {
                 "type": "object",
                 "required": ["name", "detail"],
                 "properties": {
                   "name": {"type": "string", "description": "Attribute, header, parameter, or JSON pointer into the body"},
                   "detail": {"type": "string", "description": "What is wrong with it"}}}},
               "traceId": {"type": "string", "description": "Of this answer; where the hub is at fault, its log has more under it"}}}
            """;

    @Override
    public void customise(OpenAPI document) {
        document.getComponents().addSchemas(NAME, schema());
        document.getPaths().values().stream()
                .flatMap(path -> path.readOperations().stream())
                .forEach(operation -> {
                    if (operation.getResponses() == null) {
                        operation.responses(new ApiResponses());
                    }
                    if (operation.getResponses().keySet().stream().noneMatch(code -> code.startsWith("2"))) {
                        operation
                                .getResponses()
                                .addApiResponse("200", new ApiResponse().description("What the route answers"));
                    }
                    operation.getResponses().addApiResponse("4XX", problem("What is wrong with the request"));
                    operation.getResponses().addApiResponse(ApiResponses.DEFAULT, problem("Any other error"));
                });
    }

    private static ApiResponse problem(String description) {
        var reference = new Schema<>().$ref("#/components/schemas/" + NAME);
        return new ApiResponse()
                .description(description)
                .content(new Content().addMediaType("application/problem+json", new MediaType().schema(reference)));
    }

    private static Schema<?> schema() {
        try {
            return Json31.mapper().readValue(SCHEMA, Schema.class);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("describing problems: the schema is not JSON", impossible);
        }
    }
}
