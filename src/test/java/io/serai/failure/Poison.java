// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.LongString;
import com.rabbitmq.client.impl.LongStringHelper;
import io.serai.message.EventIds;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Messages that any AMQP client may send and that no route can like; all that is not itself bad in one is good.
 *
 * @param name also its message id
 * @param refusal what the reason names where it is no CloudEvent, so that no route ever sees it
 */
@SuppressWarnings({"ArrayRecordComponent", "JavaUtilDate"}) // passes through; the AMQP client speaks it
record Poison(String name, @Nullable String refusal, BasicProperties properties, byte[] body) {

    /** Makes every route of these tests fail, and with it the message that holds it. */
    static final String BAD = "{\"bad\":true}";

    private static final int MEGABYTES_10 = 10 * 1024 * 1024;

    /** Frames are at most 65,535 bytes on the embedded broker; headers must fit one, those of the event included. */
    private static final int LARGE_HEADER = 64 * 1024 - 2048;

    boolean isEvent() {
        return refusal == null;
    }

    /** Of an event type, as CloudEvents but for what is wrong with them. */
    static List<Poison> events(String type) {
        return List.of(
                event("empty-body", type, Map.of(), "application/json", ""),
                event("not-what-it-says", type, Map.of(), "application/json", "<order/>"),
                event("half-json", type, Map.of(), "application/json", "{\"n\":"),
                event("strange-content-type", type, Map.of(), "application/json; charset=\"no-such\"", "{\"bad\": 1}"),
                bytes("not-utf-8", type, Map.of(), "text/plain", new byte[] {(byte) 0xC3, 0x28, (byte) 0xFF, 0}),
                bytes("ten-megabytes", type, Map.of(), "application/octet-stream", large()),
                event("large-header", type, Map.of("x-large", "h".repeat(LARGE_HEADER)), "application/json", BAD),
                event("many-headers", type, manyHeaders(), "application/json", BAD),
                event("odd-types", type, oddTypes(), "application/json", BAD),
                event("many-deaths", type, Map.of("x-death", deaths(150)), "application/json", BAD),
                event("copies", type, Map.of("CC", List.of("no-such-queue")), "application/json", BAD),
                event(
                        "extension-of-bytes",
                        type,
                        Map.of("cloudEvents_raw", new byte[] {1, 2}),
                        "application/json",
                        BAD),
                // AMQP has the times of CloudEvents as text; some clients have them as their own type
                event("extension-of-time", type, Map.of("cloudEvents_due", new Date(0)), "application/json", BAD),
                none("id-is-a-table", "cloudEvents_id", type, Map.of("cloudEvents_id", Map.of("a", 1))),
                none("extension-is-a-list", "cloudEvents_seen", type, Map.of("cloudEvents_seen", List.of("a"))),
                none("time-is-a-number", "cloudEvents_time", type, Map.of("cloudEvents_time", 5L)),
                none("type-is-none", "event type", type, Map.of("cloudEvents_type", "a..b")),
                none("subject-has-a-zero", "subject", type, Map.of("cloudEvents_subject", "a\0b")),
                none("another-version", "cloudEvents_specversion", type, Map.of("cloudEvents_specversion", "0.3")),
                none("subject-is-long", "subject", type, Map.of("cloudEvents_subject", "s".repeat(20_000))),
                new Poison(
                        "media-type-is-none",
                        "datacontenttype",
                        properties("media-type-is-none", "no media\0type", attributes(type, Map.of())),
                        bad()),
                new Poison(
                        "bare",
                        "cloudEvents_specversion",
                        new BasicProperties.Builder().messageId("bare").build(),
                        bad()));
    }

    /** No event, with lists in lists. A frame of 131,072 bytes has room for 26,000, which the client takes most of a minute to read. */
    static Poison deep(String type, int levels) {
        List<Object> deep = List.of();
        for (int depth = 0; depth < levels; depth++) {
            deep = List.of(deep);
        }
        return none("deep", "cloudEvents_deep", type, Map.of("cloudEvents_deep", deep));
    }

    /** As another system would send them to a queue of its own. */
    static List<Poison> ofAnotherSystem() {
        return events("any.type").stream()
                .filter(Poison::isEvent)
                .map(each -> new Poison(each.name, null, plain(each), each.body))
                .toList();
    }

    private static BasicProperties plain(Poison event) {
        var headers = new HashMap<>(event.properties.getHeaders());
        headers.keySet().removeIf(name -> name.startsWith("cloudEvents_"));
        return event.properties.builder().headers(headers).build();
    }

    private static Poison event(
            String name, String type, Map<String, Object> headers, String contentType, String body) {
        return bytes(name, type, headers, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    private static Poison bytes(
            String name, String type, Map<String, Object> headers, String contentType, byte[] body) {
        return new Poison(name, null, properties(name, contentType, attributes(type, headers)), body);
    }

    private static Poison none(String name, String refusal, String type, Map<String, Object> headers) {
        return new Poison(name, refusal, properties(name, "application/json", attributes(type, headers)), bad());
    }

    private static byte[] bad() {
        return BAD.getBytes(StandardCharsets.UTF_8);
    }

    private static BasicProperties properties(String name, String contentType, Map<String, Object> headers) {
        return new BasicProperties.Builder()
                .deliveryMode(2)
                .messageId(name)
                .contentType(contentType)
                .headers(headers)
                .build();
    }

    private static Map<String, Object> attributes(String type, Map<String, Object> more) {
        var headers = new HashMap<String, Object>(Map.of(
                "cloudEvents_specversion", "1.0",
                "cloudEvents_id", EventIds.next(),
                "cloudEvents_source", "/another/system",
                "cloudEvents_type", type,
                "cloudEvents_time", "2026-11-21T10:00:00Z"));
        headers.putAll(more);
        return headers;
    }

    private static byte[] large() {
        var body = new byte[MEGABYTES_10];
        Arrays.fill(body, (byte) 0xFE);
        return body;
    }

    /** Of 4 KiB each, as many as fit a frame of the embedded broker; on RabbitMQ 200 do not fit one either. */
    private static Map<String, Object> manyHeaders() {
        return IntStream.range(0, 15).boxed().collect(Collectors.toMap(each -> "h" + each, each -> "v".repeat(4000)));
    }

    private static List<Map<String, Object>> deaths(int count) {
        return IntStream.range(0, count)
                .mapToObj(each -> Map.<String, Object>of(
                        "queue",
                        "queue-" + each,
                        "reason",
                        "rejected",
                        "exchange",
                        "",
                        "count",
                        (long) each,
                        "time",
                        new Date(each * 1000L),
                        "routing-keys",
                        List.of("a", "b", "c")))
                .toList();
    }

    private static Map<String, Object> oddTypes() {
        var odd = new HashMap<String, Object>();
        odd.put("table", Map.of("list", List.of(1, "two", Map.of("three", new byte[] {3}))));
        odd.put("time", new Date(1_700_000_000_000L));
        odd.put("decimal", new BigDecimal("12.34"));
        odd.put("bytes", new byte[] {0, (byte) 0xFF, 127});
        odd.put("byte", (byte) 7);
        odd.put("short", (short) 8);
        odd.put("int", 9);
        odd.put("long", 5_000_000_000L);
        odd.put("float", 1.5f);
        odd.put("double", 2.5d);
        odd.put("yes", true);
        odd.put("emptyList", List.of());
        odd.put("emptyTable", Map.of());
        odd.put("emptyText", "");
        odd.put("lineBreaks", "a\r\nb\0c");
        odd.put("notUtf8", notUtf8());
        odd.put("serai-failure-id", "forged");
        odd.put("CamelFileName", "/etc/passwd");
        return odd;
    }

    private static LongString notUtf8() {
        return LongStringHelper.asLongString(new byte[] {(byte) 0xFF, (byte) 0xFE});
    }
}
