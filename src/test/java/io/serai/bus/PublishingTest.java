// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.util.unit.DataSize;

class PublishingTest {

    private final List<BlockedListener> listeners = new ArrayList<>();
    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger restored = new AtomicInteger();
    private final Publishing publishing = new Publishing(
            new BusProperties.Publisher(2, 10, DataSize.ofMegabytes(1), Duration.ofSeconds(1)),
            new BrokerLink(
                    "test",
                    new CachingConnectionFactory("localhost", 1),
                    Duration.ofMinutes(1),
                    new RefusedTopology(System::nanoTime)),
            connection -> restored.incrementAndGet());

    @Test
    void aBrokerThatBlocksPublishersBlocksThemStillWhenTheyComeBackOnTheSameConnection() throws IOException {
        var connection = connection();
        publishing.connected(connection);
        assertThat(publishing.isUp()).isTrue();
        listeners.forEach(each -> listen(each, true));

        publishing.connected(connection);

        // the broker reads nothing, so opening a channel would wait for the end of the alarm
        assertThat(opened).hasValue(2);
        assertThat(publishing.isUp()).isFalse();
        assertThat(publishing.isConnected()).isTrue();

        listeners.forEach(each -> listen(each, false));
        publishing.connected(connection);

        assertThat(opened).hasValue(4);
        assertThat(publishing.isUp()).isTrue();
        assertThat(listeners).hasSize(1);
    }

    @Test
    void topologyIsLookedAtOnTheSameConnectionOnly() throws IOException {
        var connection = connection();
        publishing.connected(connection);
        assertThat(restored).hasValue(0);

        publishing.connected(connection);
        assertThat(restored).hasValue(1);

        publishing.connected(connection());
        assertThat(restored).hasValue(1);
    }

    private static void listen(BlockedListener listener, boolean blocked) {
        try {
            if (blocked) {
                listener.handleBlocked("low on memory");
            } else {
                listener.handleUnblocked();
            }
        } catch (IOException unforeseen) {
            throw new AssertionError(unforeseen);
        }
    }

    private Connection connection() {
        return fake(Connection.class, (name, arguments) -> switch (name) {
            case "addBlockedListener" -> listeners.add((BlockedListener) arguments[0]);
            case "createChannel" -> channel();
            case "isOpen" -> true;
            default -> null;
        });
    }

    private Channel channel() {
        opened.incrementAndGet();
        return fake(Channel.class, (name, arguments) -> name.equals("isOpen") ? true : null);
    }

    private interface Answers {
        @Nullable
        Object to(String method, Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> {
                        var answer = answers.to(method.getName(), arguments);
                        yield method.getReturnType() == void.class ? null : answer;
                    }
                }));
    }
}
