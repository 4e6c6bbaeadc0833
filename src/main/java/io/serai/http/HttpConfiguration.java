// SPDX-License-Identifier: Apache-2.0
package io.serai.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.SecretValues;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class HttpConfiguration {

    @Bean
    ProblemWriter problemWriter(
            ObjectMapper json, ObjectProvider<SecretValues> secrets, ObjectProvider<ProblemReader> reader) {
        return new ProblemWriter(
                json, secrets.getIfAvailable(SecretValues::new), reader.getIfAvailable(() -> any -> Problem.of(500)));
    }
}
