// SPDX-License-Identifier: Apache-2.0
package io.serai;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import io.serai.message.SecretValues;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Keeps logged data on the line it is logged on, in console and file, so that no data can pass for a line of the log, and
 * masks secrets there.
 *
 * <p>Puts the converters of {@link EscapedMessage} and {@link EscapedException} in place of Logback's in every pattern, as
 * soon as Spring Boot has set the log up. JSON formats escape by themselves; {@link MaskedMembers} masks there. The
 * {@link SecretValues} become a bean of the hub.
 */
final class LogLines implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

    /** Name of the {@link SecretValues} among the objects of Logback's context. */
    static final String SECRETS = SecretValues.class.getName();

    /** {@code %property{hub}} of a pattern: the name of the hub, which is no part of the pattern. */
    private static final String HUB = "hub";

    private static final List<String> MESSAGE = List.of("m", "msg", "message");
    private static final List<String> EXCEPTION = List.of(
            "ex", "exception", "throwable", "wex", "wEx", "xEx", "xException", "xThrowable", "rEx", "rootException");

    @Override
    public int getOrder() {
        return LoggingApplicationListener.DEFAULT_ORDER + 1;
    }

    @Override
    public void onApplicationEvent(ApplicationEnvironmentPreparedEvent prepared) {
        var secrets = SecretProperties.of(prepared.getEnvironment());
        prepared.getBootstrapContext()
                .addCloseListener(closed ->
                        closed.getApplicationContext().getBeanFactory().registerSingleton("secretValues", secrets));
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext logback) {
            logback.putObject(SECRETS, secrets);
            logback.putProperty(HUB, prepared.getEnvironment().getProperty(OwnName.PROPERTY, ""));
            logback.getLoggerList()
                    .forEach(logger ->
                            logger.iteratorForAppenders().forEachRemaining(appender -> escape(appender, secrets)));
        }
    }

    private static void escape(Appender<ILoggingEvent> appender, SecretValues secrets) {
        if (appender instanceof OutputStreamAppender<ILoggingEvent> stream
                && stream.getEncoder() instanceof PatternLayoutEncoder encoder
                && encoder.getLayout() instanceof PatternLayout layout) {
            var converters = layout.getInstanceConverterMap();
            MESSAGE.forEach(word -> converters.put(word, () -> new EscapedMessage(secrets)));
            EXCEPTION.forEach(word -> converters.put(word, () -> new EscapedException(secrets)));
            layout.stop();
            layout.start();
        }
    }
}
