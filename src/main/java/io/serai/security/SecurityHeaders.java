// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import org.springframework.http.HttpHeaders;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.ObjectPostProcessor;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.HeadersConfigurer;
import org.springframework.security.web.header.HeaderWriter;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.security.web.header.writers.CrossOriginOpenerPolicyHeaderWriter.CrossOriginOpenerPolicy;
import org.springframework.security.web.header.writers.CrossOriginResourcePolicyHeaderWriter.CrossOriginResourcePolicy;
import org.springframework.security.web.header.writers.DelegatingRequestMatcherHeaderWriter;
import org.springframework.security.web.header.writers.ReferrerPolicyHeaderWriter.ReferrerPolicy;
import org.springframework.security.web.header.writers.StaticHeadersWriter;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.NegatedRequestMatcher;

/**
 * What browsers are told about every answer: no framing, no guessing of types, nothing loaded from elsewhere; answers of
 * the API are neither kept nor run.
 */
final class SecurityHeaders implements Customizer<HeadersConfigurer<HttpSecurity>> {

    private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";
    private static final String OWN_FILES =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    @Override
    public void customize(HeadersConfigurer<HttpSecurity> headers) {
        var api = PathPatternRequestMatcher.withDefaults().matcher("/api/**");
        headers.cacheControl(HeadersConfigurer.CacheControlConfig::disable)
                .frameOptions(HeadersConfigurer.FrameOptionsConfig::deny)
                // Not no-referrer: under it browsers send "Origin: null" with a page's own changes
                .referrerPolicy(policy -> policy.policy(ReferrerPolicy.SAME_ORIGIN))
                .crossOriginOpenerPolicy(policy -> policy.policy(CrossOriginOpenerPolicy.SAME_ORIGIN))
                .crossOriginResourcePolicy(policy -> policy.policy(CrossOriginResourcePolicy.SAME_ORIGIN))
                .addHeaderWriter(new DelegatingRequestMatcherHeaderWriter(api, policy(NOTHING)))
                .addHeaderWriter(new DelegatingRequestMatcherHeaderWriter(
                        api, new StaticHeadersWriter(HttpHeaders.CACHE_CONTROL, "no-store")))
                .addHeaderWriter(
                        new DelegatingRequestMatcherHeaderWriter(new NegatedRequestMatcher(api), policy(OWN_FILES)))
                .withObjectPostProcessor(new Eagerly());
    }

    private static HeaderWriter policy(String directives) {
        return new StaticHeadersWriter("Content-Security-Policy", directives);
    }

    /** Routes and streams finish their answers on other threads, where it is too late to add headers. */
    private static final class Eagerly implements ObjectPostProcessor<HeaderWriterFilter> {

        @Override
        public <T extends HeaderWriterFilter> T postProcess(T filter) {
            filter.setShouldWriteHeadersEagerly(true);
            return filter;
        }
    }
}
