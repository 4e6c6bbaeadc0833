// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.Schema;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.support.ResourceHelper;
import org.springframework.util.StringUtils;

/** Puts the JSON schemas that routes check by among the document's, under the name of the file: {@code User}. */
final class FileSchemas {

    private final CamelContext context;
    private final OpenAPI document;

    FileSchemas(CamelContext context, OpenAPI document) {
        this.context = context;
        this.document = document;
    }

    /** Leads to the schema; empty where the file is not there, no JSON, or needs others. */
    Optional<Schema<?>> refer(String uri) {
        var name = name(uri);
        var schemas = document.getComponents().getSchemas();
        if (schemas == null || !schemas.containsKey(name)) {
            var read = read(uri, name);
            if (read.isEmpty()) {
                return Optional.empty();
            }
            document.getComponents().addSchemas(name, read.get());
        }
        return Optional.of(new Schema<>().$ref("#/components/schemas/" + name));
    }

    /** {@code UserFile} of {@code file:routes/schemas/user.schema.json}, so that none is taken for a type of the hub. */
    private static String name(String uri) {
        var file = uri.replaceFirst("^.*[/:]", "").replaceFirst("(\\.schema)?\\.json$", "");
        var name = new StringBuilder();
        for (var word : file.split("[^A-Za-z0-9]+", -1)) {
            name.append(StringUtils.capitalize(word));
        }
        return name.append("File").toString();
    }

    private Optional<Schema<?>> read(String uri, String name) {
        try (var file = ResourceHelper.resolveMandatoryResourceAsInputStream(context, uri)) {
            if (!(Json31.mapper().readTree(file) instanceof ObjectNode schema)
                    || schema.findValuesAsText("$ref").stream().anyMatch(each -> !each.startsWith("#"))) {
                return Optional.empty();
            }
            schema.remove(List.of("$schema", "$id"));
            // what it refers to in itself is then within the document
            var text = schema.toString().replace("\"$ref\":\"#", "\"$ref\":\"#/components/schemas/" + name);
            Schema<?> parsed = Json31.mapper().readValue(text, Schema.class);
            return Optional.of(parsed);
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }
}
