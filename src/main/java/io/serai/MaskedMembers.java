// SPDX-License-Identifier: Apache-2.0
package io.serai;

import ch.qos.logback.classic.LoggerContext;
import io.serai.message.SecretValues;
import org.slf4j.LoggerFactory;
import org.springframework.boot.json.JsonWriter;
import org.springframework.boot.logging.structured.StructuredLoggingJsonMembersCustomizer;

/** Masks secrets in the JSON formats of the log. */
final class MaskedMembers implements StructuredLoggingJsonMembersCustomizer<Object> {

    @Override
    public void customize(JsonWriter.Members<Object> members) {
        members.applyingValueProcessor(JsonWriter.ValueProcessor.of(String.class, MaskedMembers::masked));
    }

    /** The formats are made before the secrets are known. */
    private static String masked(String value) {
        return LoggerFactory.getILoggerFactory() instanceof LoggerContext logback
                        && logback.getObject(LogLines.SECRETS) instanceof SecretValues secrets
                ? secrets.mask(value)
                : value;
    }
}
