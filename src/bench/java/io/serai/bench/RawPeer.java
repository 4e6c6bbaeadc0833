// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The hub's job by hand: what a good programmer writes for this one job and no other, without the hub's promises.
 *
 * <p>No thread waits for a confirm; rows go in batches, and one acknowledgement stands for a batch. The queue is of the
 * kind that the hub declares.
 */
public final class RawPeer {

    static final String EXCHANGE = "raw.orders";
    static final String QUEUE = "raw.store-order";

    private static final int READERS = 2;
    private static final int PERSISTENT = 2;

    private RawPeer() {}

    /** Arguments: port, AMQP address, JDBC address, user of both; password in BENCH_PASSWORD. */
    public static void main(String[] arguments) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(arguments[1]);
        factory.setUsername(arguments[3]);
        factory.setPassword(System.getenv("BENCH_PASSWORD"));
        var publishers = factory.newConnection("publish");
        try (var channel = publishers.createChannel()) {
            channel.exchangeDeclare(EXCHANGE, "topic", true);
            channel.queueDeclare(QUEUE, true, false, false, Map.of("x-queue-type", "quorum"));
            channel.queueBind(QUEUE, EXCHANGE, "order.*");
        }
        var pool = new HikariConfig();
        pool.setJdbcUrl(arguments[2]);
        pool.setUsername(arguments[3]);
        pool.setPassword(System.getenv("BENCH_PASSWORD"));
        pool.setMaximumPoolSize(READERS);
        // as the hub's production profile: many rows in one statement
        pool.addDataSourceProperty("reWriteBatchedInserts", "true");
        var database = new HikariDataSource(pool);
        var readers = factory.newConnection("subscribe");
        for (int i = 0; i < READERS; i++) {
            new RawReader(readers.createChannel(), database).start();
        }
        serve(
                Integer.parseInt(arguments[0]),
                List.of(new Way(publishers.createChannel()), new Way(publishers.createChannel())));
    }

    /** One event loop for each way out, as many as there are. */
    private static void serve(int port, List<Way> ways) {
        var vertx = Vertx.vertx();
        for (var way : ways) {
            vertx.runOnContext(started -> vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true))
                    .requestHandler(request -> take(request, way))
                    .listen(port, "127.0.0.1"));
        }
    }

    private static void take(HttpServerRequest request, Way way) {
        if (!request.path().equals("/orders")) {
            request.response().setStatusCode(404).end();
            return;
        }
        var loop = Vertx.currentContext();
        request.body().onSuccess(body -> {
            try {
                var bytes = body.getBytes();
                way.send(Orders.check(bytes), bytes)
                        .whenComplete((sent, failed) ->
                                loop.runOnContext(confirmed -> answer(request, failed == null ? 202 : 503)));
            } catch (IOException malformed) {
                answer(request, 400);
            } catch (IllegalArgumentException wrong) {
                answer(request, 422);
            }
        });
    }

    private static void answer(HttpServerRequest request, int status) {
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(status == 202 ? "{\"status\":\"accepted\"}" : "{\"status\":\"refused\"}");
    }

    /** A channel in confirm mode and what it has sent. */
    private static final class Way {

        private final Channel channel;
        private final ConcurrentNavigableMap<Long, CompletableFuture<Void>> unconfirmed = new ConcurrentSkipListMap<>();

        Way(Channel channel) throws IOException {
            this.channel = channel;
            channel.confirmSelect();
            channel.addConfirmListener(
                    (number, allBefore) -> settled(number, allBefore).forEach(each -> each.complete(null)),
                    (number, allBefore) -> settled(number, allBefore)
                            .forEach(each -> each.completeExceptionally(new IOException("refused by the broker"))));
        }

        synchronized CompletableFuture<Void> send(String id, byte[] body) throws IOException {
            var confirm = new CompletableFuture<Void>();
            unconfirmed.put(channel.getNextPublishSeqNo(), confirm);
            var properties = new BasicProperties.Builder()
                    .deliveryMode(PERSISTENT)
                    .contentType("application/json")
                    .messageId(id)
                    .build();
            channel.basicPublish(EXCHANGE, "order.created", properties, body);
            return confirm;
        }

        private List<CompletableFuture<Void>> settled(long number, boolean allBefore) {
            if (!allBefore) {
                var one = unconfirmed.remove(number);
                return one == null ? List.of() : List.of(one);
            }
            var head = unconfirmed.headMap(number, true);
            var confirms = List.copyOf(head.values());
            head.clear();
            return confirms;
        }
    }
}
