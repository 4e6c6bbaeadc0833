// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.BatchSize;
import io.serai.bus.Subscription;
import io.serai.message.Event;
import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.jspecify.annotations.Nullable;

/** Publish events to, and subscribe to events from, the hub's bus. */
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "event",
        title = "Event",
        syntax = "event:types",
        category = {Category.MESSAGING},
        headersClass = EventHeaders.class)
public class EventEndpoint extends DefaultEndpoint {

    @UriPath(
            description = "To publish: the event type, such as order.placed. To subscribe: one or more topic patterns, "
                    + "separated by commas; * stands for one word, # for any number.")
    @Metadata(required = true)
    private final String types;

    @UriParam(
            label = "consumer",
            description = "Name of the durable subscription. Its queue collects while nobody reads.")
    private @Nullable String subscription;

    @UriParam(label = "consumer", defaultValue = "1", description = "Consumers in this hub, 1 to 64.")
    private int concurrency = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "0",
            description = "Events in flight to each consumer, 1 to 5000; " + "0 takes serai.bus.prefetch.")
    private int prefetch;

    @UriParam(
            label = "consumer",
            description = "Read in order: one consumer over all hubs, one event at a time. "
                    + "Fixed when the subscription is made.")
    private boolean ordered;

    @UriParam(
            label = "consumer",
            description = "The effects of the route on the database happen once for each event: the "
                    + "event's id is claimed in the same transaction.")
    private boolean idempotent;

    @UriParam(
            label = "consumer",
            description =
                    "Keep a projection: of each subject only an event whose sequence is higher than that applied last runs "
                            + "the route, in one transaction with the note of its sequence; others are acknowledged. Sequences that "
                            + "were passed over are counted and listed. Not with batches.")
    private boolean latest;

    @UriParam(
            label = "consumer",
            description = "Policy by which what fails is tried again later: none, fast, standard, patient or one of "
                    + "serai.failure.policies. serai.failure.default-policy if not set.")
    private @Nullable String retry;

    @UriParam(
            label = "consumer",
            defaultValue = "1",
            description =
                    "Read in batches of up to this many events, 1 to 2000; the " + "body is then a list of messages.")
    private int batchSize = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "1s",
            javaType = "java.time.Duration",
            description = "A batch that is not full ends this long after its first event.")
    private String batchTimeout = "1s";

    @UriParam(label = "producer", description = "Id of the event (Simple language). A new one if not set.")
    private @Nullable String eventId;

    @UriParam(label = "producer", description = "Subject of the event (Simple language); order is kept per subject.")
    private @Nullable String subject;

    @UriParam(label = "producer", description = "When it happened, RFC 3339 (Simple language). Now if not set.")
    private @Nullable String time;

    @UriParam(
            label = "producer",
            description = "Source of the event (Simple language). serai.bus.source and the route id if " + "not set.")
    private @Nullable String source;

    @UriParam(
            label = "producer",
            description = "Media type of the body (Simple language). The header Content-Type if not "
                    + "set; application/json where the hub writes the body as JSON.")
    private @Nullable String dataContentType;

    @UriParam(label = "producer", description = "URI of the body's schema (Simple language).")
    private @Nullable String dataSchema;

    @UriParam(label = "producer", description = "Number of the event among those of its subject (Simple language).")
    private @Nullable String sequence;

    @UriParam(
            label = "producer",
            description = "Commit the event with the route's database transaction; it is published after "
                    + "the commit, in order per subject.")
    private boolean outbox;

    @UriParam(
            label = "producer",
            prefix = "extension.",
            multiValue = true,
            description = "Further CloudEvents attributes by name (Simple language), such as extension.tenant=acme.")
    private @Nullable Map<String, Object> extensions;

    EventEndpoint(String uri, EventComponent component, String types) {
        super(uri, component);
        this.types = types;
    }

    @Override
    public Producer createProducer() throws Exception {
        return new EventProducer(this, new EventType(types));
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        var consumer = new EventConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    EventComponent.Services services() {
        return ((EventComponent) getComponent()).services();
    }

    /**
     * What gives a route its transaction; null for one that has none. The same event again has the same sequence, so
     * whoever keeps the latest is idempotent.
     */
    @Nullable
    Receiver receiver() {
        if (latest) {
            return services().latestOnly();
        }
        return idempotent ? services().onceOnly() : null;
    }

    /** What is to be read. Invalid where an option is missing or out of bounds. */
    Subscription toSubscription() {
        if (subscription == null) {
            throw new Invalid("subscribing to event:" + types + ": name the subscription, as in event:" + types
                    + "?subscription=my-name; its queue then survives restarts");
        }
        if (latest && batchSize > 1) {
            throw new Invalid(
                    "subscribing " + subscription + ": latest=true takes one event at a time, so batchSize must be 1");
        }
        if (retry != null) {
            services().retryNames().check(retry);
        }
        var patterns = Arrays.stream(types.split(","))
                .map(String::trim)
                .map(EventPattern::new)
                .collect(Collectors.toSet());
        return new Subscription(
                subscription,
                patterns,
                ordered,
                concurrency,
                prefetch > 0 ? prefetch : services().properties().prefetch(),
                retry);
    }

    BatchSize toBatchSize() {
        return new BatchSize(batchSize, getCamelContext().getTypeConverter().convertTo(Duration.class, batchTimeout));
    }

    /** The Simple expressions that make an event's extensions. */
    Map<String, String> extensionExpressions() {
        var expressions = new LinkedHashMap<String, String>();
        if (extensions != null) {
            extensions.forEach((name, value) -> expressions.put(name, String.valueOf(value)));
        }
        if (sequence != null) {
            expressions.put(Event.SEQUENCE, sequence);
        }
        return expressions;
    }

    public String getTypes() {
        return types;
    }

    public @Nullable String getSubscription() {
        return subscription;
    }

    public void setSubscription(@Nullable String subscription) {
        this.subscription = subscription;
    }

    public int getConcurrency() {
        return concurrency;
    }

    public void setConcurrency(int concurrency) {
        this.concurrency = concurrency;
    }

    public int getPrefetch() {
        return prefetch;
    }

    public void setPrefetch(int prefetch) {
        this.prefetch = prefetch;
    }

    public boolean isOrdered() {
        return ordered;
    }

    public void setOrdered(boolean ordered) {
        this.ordered = ordered;
    }

    public boolean isIdempotent() {
        return idempotent;
    }

    public void setIdempotent(boolean idempotent) {
        this.idempotent = idempotent;
    }

    public boolean isLatest() {
        return latest;
    }

    public void setLatest(boolean latest) {
        this.latest = latest;
    }

    public @Nullable String getRetry() {
        return retry;
    }

    public void setRetry(@Nullable String retry) {
        this.retry = retry;
    }

    public int getBatchSize() {
        return batchSize;
    }

    public void setBatchSize(int batchSize) {
        this.batchSize = batchSize;
    }

    public String getBatchTimeout() {
        return batchTimeout;
    }

    public void setBatchTimeout(String batchTimeout) {
        this.batchTimeout = batchTimeout;
    }

    public @Nullable String getEventId() {
        return eventId;
    }

    public void setEventId(@Nullable String eventId) {
        this.eventId = eventId;
    }

    public @Nullable String getSubject() {
        return subject;
    }

    public void setSubject(@Nullable String subject) {
        this.subject = subject;
    }

    public @Nullable String getTime() {
        return time;
    }

    public void setTime(@Nullable String time) {
        this.time = time;
    }

    public @Nullable String getSource() {
        return source;
    }

    public void setSource(@Nullable String source) {
        this.source = source;
    }

    public @Nullable String getDataContentType() {
        return dataContentType;
    }

    public void setDataContentType(@Nullable String dataContentType) {
        this.dataContentType = dataContentType;
    }

    public @Nullable String getDataSchema() {
        return dataSchema;
    }

    public void setDataSchema(@Nullable String dataSchema) {
        this.dataSchema = dataSchema;
    }

    public @Nullable String getSequence() {
        return sequence;
    }

    public void setSequence(@Nullable String sequence) {
        this.sequence = sequence;
    }

    public boolean isOutbox() {
        return outbox;
    }

    public void setOutbox(boolean outbox) {
        this.outbox = outbox;
    }

    public @Nullable Map<String, Object> getExtensions() {
        return extensions;
    }

    public void setExtensions(@Nullable Map<String, Object> extensions) {
        this.extensions = extensions;
    }
}
