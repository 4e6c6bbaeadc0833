// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.http.ProblemWriter;
import jakarta.servlet.DispatcherType;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class IdempotencyConfiguration {

    @Bean
    KeptAnswers keptAnswers(JdbcClient jdbc, ObjectMapper json, IdempotencyProperties properties) {
        return new KeptAnswers(jdbc, json, Housekeeping.LEASE, properties.retention());
    }

    @Bean
    Housekeeping idempotencyHousekeeping(KeptAnswers kept) {
        return new Housekeeping(kept);
    }

    /** After those that know who the caller is and what it may do. */
    @Bean
    FilterRegistrationBean<IdempotencyKeyFilter> idempotencyKeyFilter(
            KeptAnswers kept, ProblemWriter problems, IdempotencyProperties properties, Housekeeping late) {
        var registration =
                new FilterRegistrationBean<>(new IdempotencyKeyFilter(kept, problems, properties.ownPaths(), late));
        registration.addUrlPatterns("/api/*");
        registration.setOrder(Ordered.LOWEST_PRECEDENCE);
        registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        return registration;
    }
}
