// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class LogLinesTest {

    private static final String DATA = "tea\r\n2026-01-01 INFO forged\u2028and\u001b[31m";

    @Test
    void loggedDataNeverBeginsALineOfItsOwn(CapturedOutput output) {
        try (var context = new SpringApplicationBuilder(Nothing.class)
                .web(WebApplicationType.NONE)
                .properties("spring.config.name=none")
                .run()) {
            var log = LoggerFactory.getLogger("route");
            log.info(DATA);
            log.info("body={} parts={}", DATA, new String[] {DATA});
            log.warn("failed", new IllegalStateException(DATA, new IllegalArgumentException(DATA)));
            log.info("two\nlines of the hub's own, {}", context.isActive());
        }
        assertThat(output.getOut().lines())
                .noneMatch(line -> line.startsWith("2026-01-01 INFO forged"))
                .anyMatch(line -> line.contains("body=tea\\r\\n2026-01-01 INFO forged\\u2028and\\u001b[31m"))
                .anyMatch(line -> line.startsWith("java.lang.IllegalStateException: tea\\r\\n"))
                .anyMatch(line -> line.startsWith("Caused by: java.lang.IllegalArgumentException: tea\\r\\n"))
                .anyMatch(line -> line.equals("lines of the hub's own, true"));
        assertThat(output.getOut()).doesNotContain("\u2028").doesNotContain("\u001b[31m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ecs", "gelf", "logstash"})
    void aSecretOfTheConfigurationIsInNoLine(String format, CapturedOutput output) {
        try (var context = new SpringApplicationBuilder(Nothing.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.config.name=none",
                        "crm.api-key=s3cr3t of the CRM",
                        "logging.structured.format.console=" + format)
                .run()) {
            var log = LoggerFactory.getLogger("route");
            log.info("active={} key={}", context.isActive(), "s3cr3t of the CRM");
            log.warn("failed", new IllegalStateException("http://crm/?k=s3cr3t+of+the+CRM"));
        }
        assertThat(output.getOut())
                .contains("active=true key=xxxxxx")
                .contains("http://crm/?k=xxxxxx")
                .doesNotContain("s3cr3t");
    }

    @Configuration(proxyBeanMethods = false)
    static class Nothing {}
}
