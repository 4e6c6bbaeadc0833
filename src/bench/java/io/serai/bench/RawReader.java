// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.sql.DataSource;

/** Stores what waits, up to a batch, in one transaction, and acknowledges it at once; a thread of its own. */
final class RawReader extends Thread {

    private static final int BATCH = 200;
    private static final String INSERT =
            "INSERT INTO bench_order (id, body) VALUES (?, cast(? AS jsonb)) ON CONFLICT DO NOTHING";

    private record Received(long tag, String id, byte[] body) {}

    private final Channel channel;
    private final DataSource database;
    private final BlockingQueue<Received> waiting = new LinkedBlockingQueue<>();

    RawReader(Channel channel, DataSource database) throws IOException {
        this.channel = channel;
        this.database = database;
        channel.basicQos(2 * BATCH);
        channel.basicConsume(RawPeer.QUEUE, false, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(String consumer, Envelope envelope, BasicProperties properties, byte[] body) {
                waiting.add(new Received(envelope.getDeliveryTag(), properties.getMessageId(), body));
            }
        });
    }

    @Override
    public void run() {
        var batch = new ArrayList<Received>(BATCH);
        try {
            while (true) {
                batch.clear();
                batch.add(waiting.take());
                waiting.drainTo(batch, BATCH - 1);
                var last = batch.get(batch.size() - 1).tag();
                try {
                    store(batch);
                    channel.basicAck(last, true);
                } catch (SQLException away) {
                    channel.basicNack(last, true, true);
                }
            }
        } catch (IOException | InterruptedException over) {
            System.err.println("reading ended: " + over);
        }
    }

    private void store(List<Received> batch) throws SQLException {
        try (var connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (var insert = connection.prepareStatement(INSERT)) {
                for (var each : batch) {
                    insert.setString(1, each.id());
                    insert.setString(2, new String(each.body(), StandardCharsets.UTF_8));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            connection.commit();
        }
    }
}
