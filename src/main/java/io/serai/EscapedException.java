// SPDX-License-Identifier: Apache-2.0
package io.serai;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import io.serai.message.SecretValues;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.logback.ExtendedWhitespaceThrowableProxyConverter;

/** A stack trace whose messages each stay on their line, without secrets. */
final class EscapedException extends ExtendedWhitespaceThrowableProxyConverter {

    private final SecretValues secrets;

    EscapedException(SecretValues secrets) {
        this.secrets = secrets;
    }

    @Override
    protected String throwableProxyToString(IThrowableProxy thrown) {
        return secrets.mask(super.throwableProxyToString(new Escaped(thrown)));
    }

    private record Escaped(IThrowableProxy thrown) implements IThrowableProxy {

        @Override
        public @Nullable String getMessage() {
            var message = thrown.getMessage();
            return message == null ? null : EscapedMessage.escaped(message);
        }

        @Override
        public @Nullable String getOverridingMessage() {
            var message = thrown.getOverridingMessage();
            return message == null ? null : EscapedMessage.escaped(message);
        }

        @Override
        public String getClassName() {
            return thrown.getClassName();
        }

        @Override
        public StackTraceElementProxy[] getStackTraceElementProxyArray() {
            return thrown.getStackTraceElementProxyArray();
        }

        @Override
        public int getCommonFrames() {
            return thrown.getCommonFrames();
        }

        @Override
        public @Nullable IThrowableProxy getCause() {
            var cause = thrown.getCause();
            return cause == null ? null : new Escaped(cause);
        }

        @Override
        public IThrowableProxy[] getSuppressed() {
            return Arrays.stream(thrown.getSuppressed()).map(Escaped::new).toArray(IThrowableProxy[]::new);
        }

        @Override
        public boolean isCyclic() {
            return thrown.isCyclic();
        }
    }
}
