// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Order files of the ERP become orders, each once, whatever happens; on whatever broker and database.
 *
 * <p>What the sample holds was worked out from the file by itself:
 *
 * <pre>{@code
 * python3 - samples/orders/online-retail-sample.csv <<'END'
 * import csv, decimal, itertools, sys
 * rows = list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8')))[1:]
 * good = [r for r in rows if r[2].strip() and int(r[3]) and (int(r[3]) > 0 or r[0][0] == 'C') and float(r[5]) >= 0]
 * for kind in ('placed', 'cancelled'):
 *     mine = [r for r in good if (r[0][0] == 'C') == (kind == 'cancelled')]
 *     print(kind, len(list(itertools.groupby(mine, lambda r: r[0]))), len(mine),
 *           sum(int(r[3]) * decimal.Decimal(r[5]) for r in mine))
 * print([(i, r) for i, r in enumerate(rows, 2) if r not in good])
 * END
 * }</pre>
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class OrdersContract {

    static final Path SAMPLE = Path.of("samples/orders/online-retail-sample.csv");
    static final int PLACED = 63;
    static final int CANCELLED = 4;
    static final int LINES = 1070;
    static final BigDecimal PLACED_TOTAL = new BigDecimal("24946.51");
    static final BigDecimal CANCELLED_TOTAL = new BigDecimal("-199.13");
    /** Line 624: 536414,22139,,56,12/1/2010 11:52,0,,United Kingdom: its order has no other line. */
    static final String INVALID_REASON = "sample.csv line 624: description is blank";

    private static final String HEADER =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\r\n";

    @TempDir
    static Path folder;

    HubProcess hub;
    HubClient client;

    abstract Map<String, String> servers();

    /** Where the broker is now. */
    abstract URI broker();

    @BeforeAll
    void start() {
        hub = HubProcess.in(folder)
                .with(servers())
                // what is parked is looked at where it lies
                .with("serai.failure.store", "false")
                .start()
                .awaitReady();
        client = new HubClient(hub);
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    @Order(1)
    void everyOrderOfTheSampleIsPublishedAndStoredAndItsOneWrongLineReported() throws Exception {
        drop("sample.csv", Files.readAllBytes(SAMPLE));
        awaitDone("sample.csv");

        var placed = awaitEvents("order.placed", PLACED);
        var cancelled = awaitEvents("order.cancelled", CANCELLED);
        assertThat(total(placed)).isEqualByComparingTo(PLACED_TOTAL);
        assertThat(total(cancelled)).isEqualByComparingTo(CANCELLED_TOTAL);
        assertThat(lines(placed) + lines(cancelled)).isEqualTo(LINES);
        assertThat(placed)
                .allSatisfy(event -> assertThat(event.path("subject").asText())
                        .isEqualTo(event.path("data").path("orderId").asText()));
        assertThat(awaitEvents("file.arrived", 1)).singleElement().satisfies(event -> {
            assertThat(event.path("data").path("name").asText()).isEqualTo("sample.csv");
            assertThat(event.path("data").path("size").asLong()).isEqualTo(Files.size(SAMPLE));
            assertThat(placed.get(0).path("causationid").asText())
                    .isEqualTo(event.path("id").asText());
        });
        var parked = awaitParked(1).get(0);
        assertThat(parked.type()).isEqualTo("order.line");
        assertThat(parked.subject()).isEqualTo("536414");
        assertThat(parked.reason()).isEqualTo(INVALID_REASON);
        assertThat(parked.data().path("line").asLong()).isEqualTo(624);
        assertThat(parked.data().path("text").asText()).isEqualTo("536414,22139,,56,12/1/2010 11:52,0,,United Kingdom");

        var stored = awaitStored(PLACED + CANCELLED);
        assertThat(stored.stream()
                        .map(each -> each.path("total").decimalValue())
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                .isEqualByComparingTo(PLACED_TOTAL.add(CANCELLED_TOTAL));
        int linesStored = 0;
        for (var each : stored) {
            linesStored += order(each.path("orderId").asText()).path("lines").size();
        }
        assertThat(linesStored).isEqualTo(LINES);
        var refund = order("C536379");
        assertThat(refund.path("kind").asText()).isEqualTo("cancelled");
        assertThat(refund.path("total").decimalValue()).isEqualByComparingTo("-27.50");
        assertThat(refund.path("placedAt").asText()).isEqualTo("2010-12-01T09:41:00Z");
        assertThat(refund.path("lines").path(0).path("quantity").asInt()).isEqualTo(-1);
    }

    @Test
    @Order(2)
    void ordersAreListedInPagesAndWrongQuestionsAreProblems() throws Exception {
        var pages = orders(client, 10);
        assertThat(pages).hasSize(PLACED + CANCELLED);
        assertThat(client.get("/api/orders/536414").statusCode()).isEqualTo(404);
        var problem = client.get("/api/orders/none");
        assertThat(problem.statusCode()).isEqualTo(404);
        assertThat(problem.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        for (var wrong : List.of("limit=0", "limit=501", "limit=x", "cursor=x", "cursor=-1", "cursor=1%27")) {
            assertThat(client.get("/api/orders?" + wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(422);
        }
    }

    @Test
    @Order(3)
    void theSameFileAgainUnderTheSameOrAnotherNameChangesNothing() throws Exception {
        drop("sample.csv", Files.readAllBytes(SAMPLE));
        awaitDone("sample-\\d{8}T\\d{9}.csv");
        drop("other.csv", Files.readAllBytes(SAMPLE));
        awaitDone("other.csv");
        assertThat(folder.resolve("data/legacy/erp/out/.done/sample.csv")).hasSameBinaryContentAs(SAMPLE);

        // what was written after all of them is there, so they have brought nothing
        drop("last.csv", HEADER + line("LAST", 1));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> client.get("/api/orders/LAST").statusCode() == 200);
        awaitEvents("file.arrived", 4);
        awaitEvents("order.placed", PLACED + 1);
        awaitEvents("order.cancelled", CANCELLED);
        awaitParked(1);
        awaitStored(PLACED + CANCELLED + 1);
    }

    @Test
    @Order(4)
    void anotherContentOfAnOrderIsAConflictThatShowsBothOnce() throws Exception {
        var changed = "536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,7,12/1/2010 8:26,2.55,17850,United Kingdom";
        drop("changed.csv", HEADER + changed + "\r\n");
        awaitDone("changed.csv");

        var conflict = awaitParked(2).get(1);
        assertThat(conflict.type()).isEqualTo("order.rejected");
        assertThat(conflict.subject()).isEqualTo("536365");
        assertThat(conflict.reason())
                .startsWith("changed.csv line 2: order 536365 came with another content in sample.csv line 2");
        assertThat(conflict.data().path("content").path("text").asText()).isEqualTo(changed + "\n");
        assertThat(conflict.data().path("earlier").path("text").asText())
                .startsWith(changed.replace(",7,", ",6,") + "\n")
                .endsWith(
                        "536365,21730,GLASS STAR FROSTED T-LIGHT HOLDER,6,12/1/2010 8:26,4.25,17850,United Kingdom\n");

        drop("changed-again.csv", HEADER + changed + "\r\n");
        awaitDone("changed-again.csv");
        // the second group of an invoice in one file is a conflict too, and the lines of others around it go on
        drop(
                "split.csv",
                HEADER + line("S1", 1) + line("S2", 1) + line("S1", 2) + line("S2", 1) + "?S3,A,MUG\n" + line("S3", 1));
        awaitDone("split.csv");

        var parked = awaitParked(4);
        assertThat(parked)
                .filteredOn(each -> each.reason().startsWith("split.csv"))
                .extracting(Parked::reason)
                .containsExactlyInAnyOrder(
                        "split.csv line 4: order S1 came with another content in split.csv line 2, which stands; compare,"
                                + " and correct the order by hand if this one is right",
                        "split.csv line 6: InvoiceNo '?S3' is none: 1 to 32 letters, digits and . _ - are");
        assertThat(awaitEvents("order.placed", PLACED + 4).subList(PLACED + 1, PLACED + 4))
                .extracting(event -> event.path("subject").asText())
                .containsExactlyInAnyOrder("S1", "S2", "S3");
    }

    @Test
    @Order(5)
    void aHalfWrittenFileIsLeftUntilItIsWhole() throws Exception {
        var out = folder.resolve("data/legacy/erp/out");
        var growing = out.resolve("growing.csv");
        Files.writeString(out.resolve("later.csv.part"), HEADER + line("PART", 1));
        Files.writeString(out.resolve("later.tmp"), HEADER + line("TMP", 1));
        Files.writeString(growing, HEADER);
        var lines = new ArrayList<String>();
        await().during(Duration.ofSeconds(6))
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    lines.add(line("GROWING", lines.size() + 1));
                    Files.writeString(growing, lines.get(lines.size() - 1), StandardOpenOption.APPEND);
                    return Files.exists(growing)
                            && client.events("type=file.arrived&subject=growing.csv")
                                    .isEmpty();
                });
        awaitDone("growing.csv");

        await().untilAsserted(() -> assertThat(client.events("type=order.placed&subject=GROWING"))
                .singleElement()
                .satisfies(event -> assertThat(event.path("data").path("lines")).hasSize(lines.size())));
        assertThat(out.resolve("later.csv.part")).exists();
        assertThat(out.resolve("later.tmp")).exists();
        Files.move(out.resolve("later.csv.part"), out.resolve("later.csv"));
        awaitDone("later.csv");
        await().untilAsserted(() ->
                assertThat(client.events("type=order.placed&subject=PART")).hasSize(1));
        assertThat(client.events("type=order.placed&subject=TMP")).isEmpty();
    }

    @Test
    @Order(6)
    void anUnreadableFileChangesNothingAndSaysWhy() throws Exception {
        var before = awaitParked(4).size();
        var text = HEADER + line("LATIN", 1) + line("LATIN", 2).replace("MUG", "CAFÉ");
        drop("empty.csv", "");
        drop("semicolons.csv", text.replace(',', ';'));
        drop("latin.csv", text.getBytes(StandardCharsets.ISO_8859_1));
        drop("binary.csv", text + "\u0000");
        drop("quote.csv", HEADER + line("LATIN", 1) + "LATIN,A,\"MUG\n" + line("LATIN", 2));
        for (var name : List.of("empty", "semicolons", "latin", "binary", "quote")) {
            var file = folder.resolve("data/legacy/erp/out/.failed/" + name + ".csv");
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file));
            assertThat(folder.resolve("data/legacy/erp/out/.failed/" + name + ".csv.txt"))
                    .content()
                    .startsWith(name + ".csv was not taken: ");
        }
        drop("latin.csv", text.getBytes(StandardCharsets.ISO_8859_1));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> names(folder.resolve("data/legacy/erp/out/.failed")).stream()
                                .filter(name -> name.matches("latin.*\\.csv"))
                                .count()
                        == 2);

        assertThat(awaitParked(before + 6))
                // RabbitMQ may give back what was looked at in another order
                .filteredOn(each -> each.type().equals("order.file"))
                .extracting(Parked::reason)
                .containsExactlyInAnyOrder(
                        "empty.csv: it is empty",
                        "semicolons.csv: its first line is 'InvoiceNo;StockCode;Description;Quantity…' instead of "
                                + HEADER.strip(),
                        "latin.csv: its line 3 is not in UTF-8",
                        "latin.csv: its line 3 is not in UTF-8",
                        "binary.csv: its line 4 holds a character 0, so it is not text",
                        "quote.csv: its line 3 has a quote that is in the wrong place or never closed");
        assertThat(client.events("type=order.placed&subject=LATIN")).isEmpty();
    }

    @Test
    @Order(9)
    void aKillInMidFileLeavesEachOrderAndEachInvalidLineOnce() throws Exception {
        var times = Integer.getInteger("serai.test.orders.times", 20);
        var placed = client.events("type=order.placed").size();
        var cancelled = client.events("type=order.cancelled").size();
        var parked = Parked.all(broker()).size();
        var file = drop("killed.csv", sampleTimes(times));

        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> json(client.get("/api/events?limit=1&type=order.placed&subject=536365-1"))
                                .path("items")
                                .size()
                        == 1);
        hub.kill9();
        var killedInMidFile = Files.exists(file);
        hub.start().awaitReady();
        awaitDone("killed.csv", Duration.ofMinutes(5));

        assertThat(killedInMidFile).as("it was killed before the file was done").isTrue();
        var expected = IntStream.rangeClosed(1, times)
                .boxed()
                .flatMap(n -> sampleInvoices().stream().map(invoice -> invoice + "-" + n))
                .toList();
        var events = new ArrayList<>(awaitEvents("order.placed", placed + times * PLACED));
        events.addAll(awaitEvents("order.cancelled", cancelled + times * CANCELLED));
        var copies = events.stream()
                .filter(event -> event.path("subject").asText().matches("C?536\\d+-\\d+"))
                .toList();
        assertThat(copies)
                .extracting(event -> event.path("subject").asText())
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(total(copies))
                .isEqualByComparingTo(PLACED_TOTAL.add(CANCELLED_TOTAL).multiply(BigDecimal.valueOf(times)));
        assertThat(lines(copies)).isEqualTo(LINES * times);
        assertThat(client.events("type=file.arrived&subject=killed.csv")).hasSize(1);
        var invalid = awaitParked(parked + times).stream()
                .filter(each -> each.reason().startsWith("killed.csv"))
                .toList();
        assertThat(invalid)
                .extracting(Parked::reason)
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, times)
                        .mapToObj(n -> "killed.csv line " + (624 + 1071 * n) + ": description is blank")
                        .toList());
        awaitStored(placed + cancelled + times * (PLACED + CANCELLED));
    }

    /** The sample n times, each time with other invoice numbers. */
    static String sampleTimes(int times) throws IOException {
        var lines = Files.readString(SAMPLE).split("\r\n");
        return IntStream.rangeClosed(1, times)
                .boxed()
                .flatMap(n -> java.util.Arrays.stream(lines)
                        .skip(1)
                        .map(line -> Pattern.compile("^([^,]+)").matcher(line).replaceFirst("$1-" + n)))
                .collect(Collectors.joining("\r\n", lines[0] + "\r\n", ""));
    }

    /** All but the one that has no valid line. */
    private static List<String> sampleInvoices() {
        try (var lines = Files.lines(SAMPLE)) {
            return lines.skip(1)
                    .map(line -> line.substring(0, line.indexOf(',')))
                    .distinct()
                    .filter(invoice -> !invoice.equals("536414"))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    static String line(String invoice, int quantity) {
        return invoice + ",A,MUG," + quantity + ",12/1/2010 8:26,2.55,17850,United Kingdom\r\n";
    }

    Path drop(String name, String text) throws IOException {
        return drop(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** As the ERP should: under another name first. */
    Path drop(String name, byte[] content) throws IOException {
        var out = Files.createDirectories(folder.resolve("data/legacy/erp/out"));
        var whole = Files.write(out.resolve(name + ".tmp"), content);
        return Files.move(whole, out.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    void awaitDone(String pattern) {
        awaitDone(pattern, Duration.ofSeconds(30));
    }

    void awaitDone(String pattern, Duration limit) {
        await().atMost(limit)
                .until(() -> names(folder.resolve("data/legacy/erp/out/.done")).stream()
                        .anyMatch(name -> name.matches(pattern)));
    }

    private static List<String> names(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (var files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** That many and no more, in the order of the log. */
    List<JsonNode> awaitEvents(String type, int count) throws IOException {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(client.events("type=" + type)).hasSizeGreaterThanOrEqualTo(count));
        var events = client.events("type=" + type);
        assertThat(events).hasSize(count);
        assertThat(events).extracting(event -> event.path("id").asText()).doesNotHaveDuplicates();
        return events;
    }

    List<Parked> awaitParked(int count) throws Exception {
        await().atMost(Duration.ofSeconds(30)).until(() -> Parked.all(broker()).size() >= count);
        var parked = Parked.all(broker());
        assertThat(parked).hasSize(count);
        return parked;
    }

    List<JsonNode> awaitStored(int count) throws Exception {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(orders(client, 500)).hasSizeGreaterThanOrEqualTo(count));
        var stored = orders(client, 500);
        assertThat(stored).hasSize(count);
        return stored;
    }

    static List<JsonNode> orders(HubClient client, int limit) throws IOException {
        var orders = new ArrayList<JsonNode>();
        var cursor = "";
        do {
            var page = json(client.get("/api/orders?limit=" + limit + cursor));
            page.path("items").forEach(orders::add);
            assertThat(page.path("items").size()).isLessThanOrEqualTo(limit);
            cursor = page.path("next").isTextual()
                    ? "&cursor=" + page.path("next").asText()
                    : "";
        } while (!cursor.isEmpty());
        return orders;
    }

    private JsonNode order(String id) throws IOException {
        var answer = client.get("/api/orders/" + id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static BigDecimal total(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.path("data").path("total").decimalValue())
                .reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static int lines(List<JsonNode> events) {
        return events.stream()
                .mapToInt(event -> event.path("data").path("lines").size())
                .sum();
    }
}
