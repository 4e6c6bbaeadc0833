// SPDX-License-Identifier: Apache-2.0
package io.serai;

import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.serai.message.SecretValues;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.helpers.MessageFormatter;

/**
 * A log message whose data holds no line break or other control character but the tab; each is written as in Java.
 * Secrets are masked.
 *
 * <p>Data is what fills the places of a message. A message without any is data altogether, as Camel's {@code log:} writes it;
 * Spring Boot's explanation of a failed start is the exception.
 */
final class EscapedMessage extends ClassicConverter {

    private static final Pattern BREAKS = Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029&&[^\t]]");
    private static final String EXPLANATIONS = "org.springframework.boot.diagnostics.";

    private final SecretValues secrets;

    EscapedMessage(SecretValues secrets) {
        this.secrets = secrets;
    }

    @Override
    public String convert(ILoggingEvent event) {
        return secrets.mask(text(event));
    }

    private static String text(ILoggingEvent event) {
        var arguments = event.getArgumentArray();
        if (arguments != null && arguments.length > 0) {
            var escaped = Arrays.stream(arguments).map(EscapedMessage::argument).toArray();
            return String.valueOf(
                    MessageFormatter.arrayFormat(event.getMessage(), escaped).getMessage());
        }
        return event.getLoggerName().startsWith(EXPLANATIONS)
                ? event.getFormattedMessage()
                : escaped(event.getFormattedMessage());
    }

    private static @Nullable Object argument(@Nullable Object argument) {
        if (argument == null || argument instanceof Number || argument instanceof Boolean) {
            return argument;
        }
        return escaped(
                argument.getClass().isArray()
                                && !argument.getClass().getComponentType().isPrimitive()
                        ? Arrays.deepToString((Object[]) argument)
                        : argument.toString());
    }

    static String escaped(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        return BREAKS.matcher(text).replaceAll(found -> {
            var character = found.group().charAt(0);
            return switch (character) {
                case '\n' -> "\\\\n";
                case '\r' -> "\\\\r";
                default -> "\\\\u%04x".formatted((int) character);
            };
        });
    }
}
