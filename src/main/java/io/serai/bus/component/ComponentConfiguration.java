// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.BusProperties;
import io.serai.bus.EventPublisher;
import io.serai.bus.Parking;
import io.serai.bus.Recurring;
import io.serai.bus.RetryNames;
import io.serai.bus.Subscriptions;
import io.serai.bus.outbox.Outbox;
import io.serai.message.SecretValues;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.LoggingLevel;
import org.apache.camel.builder.DefaultErrorHandlerBuilder;
import org.apache.camel.model.Model;
import org.apache.camel.model.Resilience4jConfigurationDefinition;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.PredicateToExpressionAdapter;
import org.apache.camel.support.SimpleTypeConverter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
class ComponentConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(ComponentConfiguration.class);

    /** Found by Camel under the scheme's name. */
    @Bean("event-component")
    EventComponent eventComponent(ObjectProvider<EventComponent.Services> services) {
        return new EventComponent(services);
    }

    @Bean("failure-component")
    FailureComponent failureComponent(ObjectProvider<EventComponent.Services> services) {
        return new FailureComponent(services);
    }

    @Bean
    OnceOnly onceOnly(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        return new OnceOnly(jdbc, new TransactionTemplate(transactions));
    }

    /** Its own, since deleting takes its time and the bus's counts time-outs. */
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService claimsTimer(OnceOnly onceOnly, BusProperties properties) {
        var retention = properties.idempotent().retention();
        var timer = new ScheduledThreadPoolExecutor(1, new CustomizableThreadFactory("forget-claims-"));
        timer.scheduleWithFixedDelay(
                new Recurring(
                        LOG,
                        "old claims of idempotent subscriptions stay for now, the database is away",
                        "forgetting old claims of idempotent subscriptions stumbled; it goes on",
                        () -> onceOnly.forget(retention)),
                10,
                60,
                TimeUnit.MINUTES);
        return timer;
    }

    @Bean
    LatestOnly latestOnly(JdbcClient jdbc, PlatformTransactionManager transactions, MeterRegistry meters) {
        return new LatestOnly(jdbc, new TransactionTemplate(transactions), meters);
    }

    /** Four times the processors, since what follows a publish may block. */
    @Bean
    Continuations eventContinuations(ScheduledExecutorService busTimer) {
        var threads = new Continuations(4 * Runtime.getRuntime().availableProcessors());
        busTimer.scheduleWithFixedDelay(
                new Recurring(LOG, "", "no further threads on which routes go on after a publish", threads::look),
                Continuations.LOOK_MILLIS,
                Continuations.LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
        return threads;
    }

    @Bean
    EventComponent.Services eventServices(
            EventPublisher publisher,
            Subscriptions subscriptions,
            Outbox outbox,
            Parking parking,
            OnceOnly onceOnly,
            LatestOnly latestOnly,
            BusProperties properties,
            RetryNames retryNames,
            Continuations eventContinuations) {
        return new EventComponent.Services(
                publisher,
                subscriptions,
                outbox,
                parking,
                onceOnly,
                latestOnly,
                properties,
                retryNames,
                eventContinuations);
    }

    /** So that {@code sql:insert … values (:#CamelCloudEventSubject, :#body)?batch=true} takes a batch as it is. */
    @Bean
    CamelContextConfiguration batchesByName() {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                context.getTypeConverterRegistry()
                        .addTypeConverter(
                                Map.class,
                                EventMessage.class,
                                new SimpleTypeConverter(
                                        false, (type, exchange, value) -> ((EventMessage) value).named()));
            }

            @Override
            public void afterApplicationStart(CamelContext context) {}
        };
    }

    @Bean
    SubscribersStopFirst subscribersStopFirst(ObjectProvider<CamelContext> camel) {
        return new SubscribersStopFirst(camel);
    }

    @Bean
    RouteRuns routeRuns(ObjectProvider<CamelContext> camel, Parking parking) {
        return new RouteRuns(camel, parking);
    }

    @Bean
    FailingInputs failingInputs(Clock clock, SecretValues secrets, MeterRegistry meters) {
        return new FailingInputs(clock, secrets, meters);
    }

    @Bean
    TimersThatWork timersThatWork(FailingInputs inputs) {
        return new TimersThatWork(inputs);
    }

    /** Of the hub's own context: a trial of a route reports nothing. */
    @Bean
    CamelContextConfiguration inputsAreWatched(FailingInputs inputs) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                context.addLifecycleStrategy(new WatchInputs(inputs));
            }

            @Override
            public void afterApplicationStart(CamelContext context) {}
        };
    }

    /** One error handler and one way to park for all routes, from Java, so that no file can lose them. */
    @Bean
    CamelContextConfiguration whatBecomesOfErrors(RetryNames names, Parking parking, BusProperties properties) {
        var routeParking = new RouteParking(names, parking, properties);
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                var handler = new DefaultErrorHandlerBuilder()
                        .retryWhile(PredicateToExpressionAdapter.toExpression(ImmediateRetries::isAllowed))
                        .redeliveryDelay(0)
                        // whoever began the exchange says what became of it, escaped: parking, problem, poller
                        .logExhausted(false)
                        .retryAttemptedLogLevel(LoggingLevel.DEBUG)
                        .onExceptionOccurred(FailedAt::note);
                context.getCamelContextExtension().setErrorHandlerFactory(handler);
                context.addRoutePolicyFactory(routeParking);
                breakersThrow(context);
            }

            @Override
            public void afterApplicationStart(CamelContext context) {}
        };
    }

    /** Else Camel goes on behind an open circuit breaker without a fallback, as if the call had been made. */
    private static void breakersThrow(CamelContext context) {
        var model = context.getCamelContextExtension().getContextPlugin(Model.class);
        if (model.getResilience4jConfiguration(null) == null) {
            var breakers = new Resilience4jConfigurationDefinition();
            breakers.setThrowExceptionWhenHalfOpenOrOpenState("true");
            model.setResilience4jConfiguration(breakers);
        }
    }
}
