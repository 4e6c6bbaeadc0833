// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import io.serai.gateway.idempotency.IdempotencyProperties;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.servers.Server;
import org.apache.camel.CamelContext;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    @Bean
    OpenAPI hubDocument(ObjectProvider<BuildProperties> build) {
        var version =
                build.stream().map(BuildProperties::getVersion).findFirst().orElse("unknown");
        return new OpenAPI()
                .info(new Info()
                        .title("Serai")
                        .version(version)
                        .license(new License().name("Apache License 2.0").identifier("Apache-2.0")))
                // relative to where the document was read, not what the Host header of that request said
                .addServersItem(new Server().url("/"));
    }

    @Bean
    @Order(1)
    OpenApiCustomizer operationNames() {
        return new OperationNames();
    }

    @Bean
    @Order(2)
    OpenApiCustomizer routeOperations(CamelContext routes) {
        return new RouteOperations(routes);
    }

    @Bean
    @Order(3)
    OpenApiCustomizer samePaths() {
        return new SamePaths();
    }

    @Bean
    @Order(4)
    OpenApiCustomizer problemAnswers() {
        return new ProblemAnswers();
    }

    @Bean
    @Order(5)
    OpenApiCustomizer idempotencyKeys(IdempotencyProperties properties) {
        return new IdempotencyKeys(properties.ownPaths());
    }

    @Bean
    ModelConverter recordSchemas() {
        return new RecordSchemas();
    }
}
