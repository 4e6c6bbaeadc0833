// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

class OnEmbeddedTest {

    private final ApplicationContextRunner hub = new ApplicationContextRunner().withUserConfiguration(Parts.class);

    @Test
    void bothAreEmbeddedWhenNothingIsConfigured() {
        hub.run(context ->
                assertThat(context).hasBean("broker").hasBean("database").hasBean("any"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring.rabbitmq.host=rabbit",
                "spring.rabbitmq.addresses=rabbit:5672",
                "spring.rabbitmq.addresses[0]=rabbit:5672"
            })
    void aBrokerAddressReplacesTheEmbeddedBroker(String address) {
        hub.withPropertyValues(address)
                .run(context -> assertThat(context)
                        .doesNotHaveBean("broker")
                        .hasBean("database")
                        .hasBean("any"));
    }

    @Test
    void aDatabaseUrlReplacesTheEmbeddedDatabase() {
        hub.withPropertyValues("spring.datasource.url=jdbc:postgresql://db/serai")
                .run(context -> assertThat(context)
                        .hasBean("broker")
                        .doesNotHaveBean("database")
                        .hasBean("any"));
    }

    @Test
    void nothingIsEmbeddedOnRealServers() {
        hub.withPropertyValues("spring.rabbitmq.host=rabbit", "spring.datasource.url=jdbc:postgresql://db/serai")
                .run(context -> assertThat(context)
                        .doesNotHaveBean("broker")
                        .doesNotHaveBean("database")
                        .doesNotHaveBean("any"));
    }

    @Test
    void anEmptyAddressCountsAsNone() {
        hub.withPropertyValues("spring.rabbitmq.host=", "spring.datasource.url=")
                .run(context -> assertThat(context).hasBean("broker").hasBean("database"));
    }

    static class Parts {

        @Bean
        @Conditional(OnEmbedded.Broker.class)
        String broker() {
            return "";
        }

        @Bean
        @Conditional(OnEmbedded.Database.class)
        String database() {
            return "";
        }

        @Bean
        @Conditional(OnEmbedded.Any.class)
        String any() {
            return "";
        }
    }
}
