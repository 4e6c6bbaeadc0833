// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import org.apache.camel.cloudevents.CloudEvent;
import org.apache.camel.spi.Metadata;

/** Exchange headers of events, named as camel-cloudevents names them; a further attribute is {@code CamelCloudEvent} and its name. */
public final class EventHeaders {

    @Metadata(description = "The event's id.", javaType = "String")
    public static final String ID = CloudEvent.CAMEL_CLOUD_EVENT_ID;

    @Metadata(description = "The event's source.", javaType = "String")
    public static final String SOURCE = CloudEvent.CAMEL_CLOUD_EVENT_SOURCE;

    @Metadata(description = "The event's type.", javaType = "String")
    public static final String TYPE = CloudEvent.CAMEL_CLOUD_EVENT_TYPE;

    @Metadata(description = "What the event is about.", javaType = "String")
    public static final String SUBJECT = CloudEvent.CAMEL_CLOUD_EVENT_SUBJECT;

    @Metadata(description = "When it happened, RFC 3339.", javaType = "String")
    public static final String TIME = CloudEvent.CAMEL_CLOUD_EVENT_TIME;

    @Metadata(description = "URI of the body's schema.", javaType = "String")
    public static final String DATA_SCHEMA = CloudEvent.CAMEL_CLOUD_EVENT_SCHEMA_URL;

    @Metadata(description = "Media type of the body.", javaType = "String")
    public static final String CONTENT_TYPE = CloudEvent.CAMEL_CLOUD_EVENT_CONTENT_TYPE;

    @Metadata(
            label = "consumer",
            description = "The event's id, for HTTP services that drop what they have seen.",
            javaType = "String")
    public static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    /** Before the name of an extension attribute; header names ignore case. */
    static final String EXTENSION = "CamelCloudEvent";

    private EventHeaders() {}
}
