// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import io.serai.gateway.idempotency.IdempotencyProperties;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.parameters.HeaderParameter;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;

/** Says of every POST that it takes an {@code Idempotency-Key}, save those that deal with it themselves. */
final class IdempotencyKeys implements OpenApiCustomizer {

    private final List<String> ownPaths;

    IdempotencyKeys(List<String> ownPaths) {
        this.ownPaths = ownPaths;
    }

    @Override
    public void customise(OpenAPI document) {
        document.getPaths().forEach((path, item) -> {
            if (item.getPost() != null && !ownPaths.contains(path)) {
                item.getPost()
                        .addParametersItem(new HeaderParameter()
                                .name(IdempotencyProperties.HEADER)
                                .description("Answers a request that comes again with it as the first was answered")
                                .schema(new StringSchema()
                                        .minLength(1)
                                        .maxLength(255)
                                        .pattern("^[!-~]([ -~]*[!-~])?$")));
            }
        });
    }
}
