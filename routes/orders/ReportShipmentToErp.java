// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.serai.message.Invalid;
import io.serai.message.Utf8;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.LoggingLevel;
import org.apache.camel.Message;
import org.apache.camel.StatefulService;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.file.GenericFileOperationFailedException;

// in:            order.shipped, up to 100 or what comes within 5 s
// out:           one CSV file a batch (RFC 4180, UTF-8) in data/legacy/erp/in, one line a shipped line
// on error:      an event that is wrong is parked alone; while the folder takes no file the batch waits
// idempotent by: the name of the file, a hash of what is in it; written as .writing-NAME, synced, renamed
//
// A file and an acknowledgement are not one transaction. After a kill between them the same events come
// again: in the same file, which then replaces itself, or, grouped otherwise, in another one. The ERP knows
// a repeated line by its shipment_id. No file is ever replaced by one that says something else.
//
// What a spreadsheet would take for a formula cannot get in: every field begins with a letter or digit, or
// the event is parked. It is not changed, since the ERP would keep the change.
public class ReportShipmentToErp extends RouteBuilder {

    private static final String HEADER = "shipment_id,order_id,carrier,shipped_at,sku,quantity\r\n";
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @Override
    public void configure() throws Exception {
        var schema = schema();
        // nothing else is wrong with the events: parking them one by one would not help
        onException(GenericFileOperationFailedException.class)
                .retryWhile(ReportShipmentToErp::isRunning)
                .redeliveryDelay(1_000)
                .useExponentialBackOff()
                .maximumRedeliveryDelay(5_000)
                .retryAttemptedLogLevel(LoggingLevel.WARN)
                .logRetryStackTrace(false);

        from("event:order.shipped?subscription=report-shipment-to-erp&batchSize=100&batchTimeout=5s")
                .routeId("report-shipment-to-erp")
                .process(batch -> toCsv(batch, schema))
                .filter(body().isNotEqualTo(HEADER))
                .to("file:data/legacy/erp/in?tempPrefix=.writing-&charset=utf-8&fileExist=Override"
                        + "&eagerDeleteTargetFile=false")
                .end()
                // after the file: else a file that has to wait would park them again
                .split(exchangeProperty("wrong"))
                .stopOnException()
                .to("failure:order.shipped?eventId=${header.CamelCloudEventID}&source=${header.CamelCloudEventSource}"
                        + "&subject=${header.CamelCloudEventSubject}&reason=${header.wrong}");
    }

    /** When the route stops the events go back to their queue, for whoever reads that next. */
    private static boolean isRunning(Exchange batch) {
        var route = batch.getContext().getRoute(batch.getFromRouteId());
        return route != null && route.getConsumer() instanceof StatefulService consumer && consumer.isRunAllowed();
    }

    /** The lines of all that are right become the body; the others go to the property "wrong", each with the reason. */
    @SuppressWarnings("unchecked")
    private static void toCsv(Exchange batch, JsonSchema schema) {
        var message = batch.getMessage();
        var csv = new StringBuilder(HEADER);
        var seen = new HashSet<String>();
        List<Message> wrong = new ArrayList<>();
        for (var event : (List<Message>) message.getBody(List.class)) {
            var name = event.getHeader("CamelCloudEventSource") + " " + event.getHeader("CamelCloudEventID");
            try {
                var lines = lines(event.getBody(byte[].class), schema);
                if (seen.add(name)) {
                    csv.append(lines);
                }
            } catch (Exception invalid) {
                event.setHeader("wrong", invalid.getMessage());
                wrong.add(event);
            }
        }
        batch.setProperty("wrong", wrong);
        message.setBody(csv.toString());
        message.setHeader(
                Exchange.FILE_NAME,
                "shipments-%s.csv"
                        .formatted(UUID.nameUUIDFromBytes(csv.toString().getBytes(StandardCharsets.UTF_8))));
    }

    private static String lines(byte[] body, JsonSchema schema) throws Exception {
        JsonNode shipment = JSON.readTree(Utf8.decode(body));
        Set<ValidationMessage> errors = schema.validate(shipment);
        if (!errors.isEmpty()) {
            throw new Invalid("reading shipment: "
                    + errors.stream().map(ValidationMessage::getMessage).collect(Collectors.joining("; ")));
        }
        var lines = new StringBuilder();
        for (var line : shipment.path("lines")) {
            lines.append(Stream.of(
                                    shipment.path("shipmentId"),
                                    shipment.path("orderId"),
                                    shipment.path("carrier"),
                                    shippedAt(shipment.path("shippedAt")),
                                    line.path("sku"),
                                    line.path("quantity"))
                            .map(field -> quoted(field.asText()))
                            .collect(Collectors.joining(",")))
                    .append("\r\n");
        }
        return lines.toString();
    }

    private static JsonNode shippedAt(JsonNode time) {
        try {
            OffsetDateTime.parse(time.asText());
            return time;
        } catch (DateTimeException none) {
            throw new Invalid("reading shipment: shippedAt is no time there is");
        }
    }

    private static String quoted(String field) {
        return field.contains(",") || field.contains("\"") ? '"' + field.replace("\"", "\"\"") + '"' : field;
    }

    private JsonSchema schema() throws Exception {
        var file = Path.of(
                getContext().resolvePropertyPlaceholders("{{serai.routes.directory}}/schemas/shipment.schema.json"));
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(Files.readString(file));
    }
}
