// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import com.fasterxml.jackson.core.JacksonException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.serai.bus.PartnerAnswer;
import io.serai.message.Invalid;
import java.time.Instant;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.TypeConversionException;
import org.apache.camel.ValidationException;

/**
 * The first of two levels of retry: Camel's error handler tries the failing step again in place, at once, a few times.
 *
 * <p>Only for exchanges that a subscription began: an HTTP caller wants its answer, and a transaction that has failed
 * can only be tried again whole.
 */
final class ImmediateRetries {

    private static final String ALLOWED = "SeraiImmediateRetries";
    private static final int MAX_CAUSES = 100;

    private ImmediateRetries() {}

    static void allow(Exchange exchange, int retries) {
        exchange.setProperty(ALLOWED, retries);
    }

    /** Asked by the error handler after each failure. */
    static boolean isAllowed(Exchange exchange) {
        var allowed = exchange.getProperty(ALLOWED, 0, Integer.class);
        // the error handler counts in the message that came in
        var done = exchange.getIn().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
        var cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        return allowed > 0 && done <= allowed && !exchange.isTransacted() && (cause == null || isWorthItNow(cause));
    }

    /** Not so for what is wrong in itself, refused by another system, or asked to wait. */
    static boolean isWorthItNow(Throwable thrown) {
        var answer = PartnerAnswer.of(thrown, Instant.now());
        var waits = answer != null
                && (answer.isFinal()
                        || (answer.retryAfter() != null && !answer.retryAfter().isZero()));
        return !waits && isWorthIt(thrown) && !isPostponed(thrown);
    }

    /** A circuit breaker is open: what it guards was not called, and would not be called now. */
    static boolean isPostponed(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause)
                .limit(MAX_CAUSES)
                .anyMatch(CallNotPermittedException.class::isInstance);
    }

    /** A message that is wrong in itself stays wrong. */
    static boolean isWorthIt(Throwable thrown) {
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof Invalid
                    || cause instanceof ValidationException
                    || cause instanceof JacksonException
                    || cause instanceof TypeConversionException
                    || cause instanceof NoTypeConversionAvailableException) {
                return false;
            }
        }
        return true;
    }
}
