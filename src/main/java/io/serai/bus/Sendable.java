// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.Frame;
import io.serai.message.Printable;
import java.io.UnsupportedEncodingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What of a consumed message's properties the hub can publish once more, when it parks the message or sends it back.
 *
 * <p>Else the broker or the client would refuse it, again each time it is tried: a user id is the publisher's own, headers
 * must fit one AMQP frame (131,072 bytes on RabbitMQ). {@code CC} and {@code BCC} would make RabbitMQ send copies to other
 * queues; tables nested too deep overflow the stack of whoever reads them. An expiry would delete the message.
 *
 * @param properties without what cannot be sent
 * @param leftOut names of the headers that are missing
 * @see <a href="https://www.rabbitmq.com/docs/sender-selected">Sender-selected distribution</a>
 */
public record Sendable(BasicProperties properties, List<String> leftOut) {

    private record Header(String name, int size) {}

    /** Leaves room in the frame for what the hub adds when it sends. */
    public static final int MOST = 120_000;

    private static final Set<String> COPIES = Set.of("CC", "BCC");
    /** An event without an attribute of its own would be another; attributes are bounded, so they fit. */
    private static final Comparator<Header> LARGEST_FIRST = Comparator.comparing(
                    (Header header) -> header.name().startsWith(AmqpEvents.PREFIX))
            .thenComparing(Comparator.comparingInt(Header::size).reversed());

    private static final int DEPTH = 32;
    private static final int NAMES = 5;
    private static final int NAME = 100;

    /**
     * Leaves out what cannot be sent, and then the largest headers until the others fit.
     *
     * @param most bytes that the headers may take
     */
    public static Sendable of(BasicProperties came, int most) {
        var headers = new HashMap<String, Object>(came.getHeaders() == null ? Map.of() : came.getHeaders());
        var leftOut = new ArrayList<String>();
        headers.entrySet().removeIf(header -> {
            var unsendable = COPIES.contains(header.getKey()) || isDeeper(header.getValue(), DEPTH);
            if (unsendable) {
                leftOut.add(header.getKey());
            }
            return unsendable;
        });
        leaveOut(size(headers) - most, headers, leftOut);
        var properties =
                came.builder().headers(headers).userId(null).expiration(null).build();
        return new Sendable(properties, List.copyOf(leftOut));
    }

    /** Sizes each header once: a frame has room for ten thousands of them. */
    private static void leaveOut(int bytes, Map<String, Object> headers, List<String> leftOut) {
        if (bytes <= 0) {
            return;
        }
        var left = bytes;
        var largestFirst = headers.entrySet().stream()
                .map(header -> new Header(header.getKey(), size(header)))
                .sorted(LARGEST_FIRST)
                .toList();
        for (var header : largestFirst) {
            if (left <= 0) {
                return;
            }
            headers.remove(header.name());
            leftOut.add(header.name());
            left -= header.size();
        }
    }

    /** {@code 7 headers left out: CC, x-large and others}, or null where none is. */
    public @Nullable String cut() {
        return leftOut.isEmpty()
                ? null
                : leftOut.stream()
                        .limit(NAMES)
                        .map(name -> Printable.of(name, NAME))
                        .collect(Collectors.joining(
                                ", ",
                                leftOut.size() + " headers left out: ",
                                leftOut.size() > NAMES ? " and others" : ""));
    }

    /** As the client writes them, in bytes. */
    static int size(Map<String, Object> headers) {
        try {
            return Math.toIntExact(Frame.tableSize(headers));
        } catch (UnsupportedEncodingException impossible) {
            throw new IllegalStateException("every Java platform has UTF-8", impossible);
        }
    }

    private static int size(Map.Entry<String, Object> header) {
        return size(Collections.singletonMap(header.getKey(), header.getValue()));
    }

    private static boolean isDeeper(@Nullable Object value, int depth) {
        Collection<?> parts =
                value instanceof Map<?, ?> table ? table.values() : value instanceof List<?> list ? list : List.of();
        return depth == 0 || parts.stream().anyMatch(part -> isDeeper(part, depth - 1));
    }
}
