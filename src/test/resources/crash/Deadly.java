// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;

/** Begins when it is armed. One message of each kind ends the process; the others are noted, a file a kind. */
public class Deadly extends RouteBuilder {

    @Override
    public void configure() {
        var event = "event:deadly.thing?subscription=";
        from(event + "plain&concurrency=4&prefetch=50").routeId("plain").process(Deadly::handle);
        from(event + "transacted&idempotent=true").routeId("transacted").process(Deadly::handle);
        from(event + "in-order&ordered=true").routeId("in-order").process(Deadly::handle);
        from(event + "batches&batchSize=100&batchTimeout=200").routeId("batches").process(Deadly::handle);
        from("spring-rabbitmq:default?queues=deadly.queue").routeId("queue").process(Deadly::handle);
    }

    private static void handle(Exchange exchange) throws IOException {
        while (!Files.exists(Path.of("armed"))) {
            LockSupport.parkNanos(10_000_000);
        }
        var messages = exchange.getMessage().getBody() instanceof List<?> batch
                ? batch.stream().map(Message.class::cast).toList()
                : List.of(exchange.getMessage());
        for (var message : messages) {
            var body = message.getBody(String.class);
            if (body.equals("\"bad\"")) {
                Runtime.getRuntime().halt(9);
            }
            Files.writeString(
                    Path.of(exchange.getFromRouteId() + ".done"),
                    body + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }
}
