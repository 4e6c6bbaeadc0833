// SPDX-License-Identifier: Apache-2.0
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.file.CsvFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a file of the ERP becomes orders, without hub and database. Routes have no package, so neither has this. */
class ReceiveOrderFileTest {

    private static final String HEADER =
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country";
    private static final String GOOD = "1,A,MUG,6,12/1/2010 8:26,2.55,17850,United Kingdom";

    @TempDir
    Path folder;

    @Test
    void consecutiveLinesOfOneInvoiceAreAnOrder() throws Exception {
        var orders = orders(
                "1,A,MUG,6,12/1/2010 8:26,2.55,17850,United Kingdom",
                "1,B,\"CUP, \"\"BLUE\"\"\",2,12/1/2010 8:26,0.1,17850,United Kingdom",
                "2,A,MUG,1,7/1/2010 18:05,3,,Eire");

        assertThat(orders).hasSize(2);
        assertThat(json(orders.get(0))).isEqualTo("""
                {"orderId":"1","customerId":"17850","country":"United Kingdom","placedAt":"2010-12-01T08:26:00+00:00",\
                "lines":[{"sku":"A","description":"MUG","quantity":6,"unitPrice":2.55},\
                {"sku":"B","description":"CUP, \\"BLUE\\"","quantity":2,"unitPrice":0.1}],"total":15.50}""");
        assertThat(json(orders.get(1)))
                .as("summer time, and no customer")
                .startsWith("{\"orderId\":\"2\",\"country\":\"Eire\",\"placedAt\":\"2010-07-01T18:05:00+01:00\"");
    }

    @Test
    void amountsAreExactAndRoundedOnce() throws Exception {
        var lines = IntStream.range(0, 3)
                .mapToObj(i -> "1,A,MUG,1,12/1/2010 8:26,0.335,,X")
                .toArray(String[]::new);
        assertThat(orders(lines).get(0).placed().total()).isEqualByComparingTo("1.01");
        assertThat(orders("1,A,MUG,999999999,12/1/2010 8:26,999999999.9999,,X")
                        .get(0)
                        .placed()
                        .total())
                .isEqualByComparingTo("999999998999900000.00");
    }

    @Test
    void aCancellationKeepsTheSignsOfTheFile() throws Exception {
        var order =
                orders("C1,A,MUG,-6,12/1/2010 8:26,2.55,17850,United Kingdom").get(0);

        assertThat(order.invalid).isEmpty();
        assertThat(order.placed().lines().get(0).quantity()).isEqualTo(-6);
        assertThat(order.placed().total()).isEqualByComparingTo("-15.30");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    1,A,,6,12/1/2010 8:26,2.55,17850,United Kingdom                | description is blank
                    1,A,"  ",6,12/1/2010 8:26,2.55,17850,United Kingdom            | description is blank
                    1,A,MUG,,12/1/2010 8:26,2.55,17850,United Kingdom              | quantity '' is no whole number
                    1,A,MUG,six,12/1/2010 8:26,2.55,17850,United Kingdom           | quantity 'six' is no whole number
                    1,A,MUG,6.0,12/1/2010 8:26,2.55,17850,United Kingdom           | quantity '6.0' is no whole number
                    1,A,MUG,6e2,12/1/2010 8:26,2.55,17850,United Kingdom           | quantity '6e2' is no whole number
                    1,A,MUG,9999999999,12/1/2010 8:26,2.55,17850,United Kingdom    | quantity '9999999999' is no whole number
                    1,A,MUG,0,12/1/2010 8:26,2.55,17850,United Kingdom             | quantity is 0
                    1,A,MUG,-6,12/1/2010 8:26,2.55,17850,United Kingdom            | quantity -6 is negative
                    1,A,MUG,6,12/1/2010 8:26,-0.01,17850,United Kingdom            | price -0.01 is negative
                    1,A,MUG,6,12/1/2010 8:26,,17850,United Kingdom                 | price '' is no number
                    1,A,MUG,6,12/1/2010 8:26,free,17850,United Kingdom             | price 'free' is no number
                    1,A,MUG,6,12/1/2010 8:26,"2,55",17850,United Kingdom           | price '2,55' is no number
                    1,A,MUG,6,12/1/2010 8:26,NaN,17850,United Kingdom              | price 'NaN' is no number
                    1,A,MUG,6,12/1/2010 8:26,1e9,17850,United Kingdom              | price '1e9' is no number
                    1,A,MUG,6,,2.55,17850,United Kingdom                           | date '' is not
                    1,A,MUG,6,13/1/2010 8:26,2.55,17850,United Kingdom             | date '13/1/2010 8:26' is not
                    1,A,MUG,6,2/29/2010 8:26,2.55,17850,United Kingdom             | date '2/29/2010 8:26' is not
                    1,A,MUG,6,2010-12-01T08:26,2.55,17850,United Kingdom           | date '2010-12-01T08:26' is not
                    1,A,MUG,6,3/28/2010 1:30,2.55,17850,United Kingdom             | date '3/28/2010 1:30' did not exist
                    1,,MUG,6,12/1/2010 8:26,2.55,17850,United Kingdom              | StockCode is blank
                    1,A,MUG,6,12/1/2010 8:26,2.55,17850                            | has 7 columns instead of 8
                    1,A,MUG,6,12/1/2010 8:26,2.55,17850,United Kingdom,            | has 9 columns instead of 8
                    1                                                              | has 1 columns instead of 8
                    1,A,MUG,6,12/1/2010 8:26,2.55,99999,United Kingdom             | customer or country is another
                    1,A,MUG,6,12/1/2010 8:26,2.55,17850,France                     | customer or country is another
                    """)
    void anInvalidLineSaysWhyAndTheOthersGoOn(String line, String why) throws Exception {
        var order = orders(GOOD, line, GOOD).get(0);

        assertThat(order.invalid).singleElement().satisfies(invalid -> {
            assertThat(invalid.line()).isEqualTo(3);
            assertThat(invalid.reason()).startsWith(why);
            assertThat(invalid.text()).isEqualTo(line);
            assertThat(invalid.file()).isEqualTo("orders.csv");
        });
        assertThat(order.placed().lines()).hasSize(2);
        assertThat(order.placed().total()).isEqualByComparingTo("30.60");
    }

    @Test
    void overlongFieldsAndControlCharactersAreInvalid() throws Exception {
        var order = orders(
                        "1," + "S".repeat(65) + ",MUG,6,12/1/2010 8:26,2.55,17850,X",
                        "1,A," + "D".repeat(513) + ",6,12/1/2010 8:26,2.55,17850,X",
                        "1,A,MUG,6,12/1/2010 8:26,2.55," + "9".repeat(65) + ",X",
                        "1,A,M\u0007UG,6,12/1/2010 8:26,2.55,17850,X",
                        "1,A\u001b[2J,MUG,6,12/1/2010 8:26,2.55,17850,X",
                        "1,A,MUG,6\u001b,12/1/2010 8:26,2.55,17850,X")
                .get(0);

        assertThat(order.invalid)
                .extracting(ReceiveOrderFile.InvalidLine::reason)
                .containsExactly(
                        "StockCode is longer than 64 characters",
                        "description is longer than 512 characters",
                        "CustomerID is longer than 64 characters",
                        "description holds a control character",
                        "StockCode holds a control character",
                        "quantity '6?' is no whole number of at most 9 digits");
        assertThat(order.placed()).isNull();
    }

    @Test
    void whatIsCutForAReasonCanStillBeWrittenAsJson() throws Exception {
        for (int before = 36; before < 42; before++) {
            var units = units(file(
                    "1,A,MUG," + "x".repeat(before) + "😀".repeat(9) + ",12/1/2010 8:26,2.55,,X",
                    "x".repeat(before) + "😀".repeat(9)));
            assertThat(new ObjectMapper().writeValueAsBytes(orders(units).get(0).invalid))
                    .isNotEmpty();
            assertThat(new ObjectMapper().writeValueAsBytes(strays(units).get(0).line()))
                    .isNotEmpty();
        }
    }

    @Test
    void anOrderWithoutAValidLineIsNone() throws Exception {
        var order = orders("1,A,,6,12/1/2010 8:26,2.55,17850,X").get(0);

        assertThat(order.placed()).isNull();
        assertThat(order.invalid).hasSize(1);
    }

    @Test
    void aDescriptionMayHoldLineBreaksAndLinesAreCountedAsTheyStand() throws Exception {
        var orders = orders(
                "1,A,\"MUG", "WITH A", "HANDLE\",6,12/1/2010 8:26,2.55,17850,X", "", "1,A,,1,12/1/2010 8:26,1,17850,X");

        assertThat(orders).singleElement().satisfies(order -> {
            assertThat(order.placed().lines().get(0).description()).isEqualTo("MUG\nWITH A\nHANDLE");
            assertThat(order.invalid.get(0).line()).isEqualTo(6);
        });
    }

    @Test
    void aQuoteWithinAFieldIsACharacter() throws Exception {
        assertThat(orders("1,A,RULER 12\" LONG,6,12/1/2010 8:26,2.55,17850,X")
                        .get(0)
                        .placed()
                        .lines()
                        .get(0)
                        .description())
                .isEqualTo("RULER 12\" LONG");
    }

    @Test
    void aLineWithoutAnInvoiceIsReportedByItselfAndDoesNotEndTheOrder() throws Exception {
        var units = units(file(
                ",,,,,,,",
                GOOD,
                "../../etc,A,MUG,6,12/1/2010 8:26,2.55,17850,X",
                "-x",
                "../../etc,A,MUG,6,12/1/2010 8:26,2.55,17850,X",
                GOOD));

        assertThat(orders(units))
                .singleElement()
                .satisfies(order -> assertThat(order.placed().lines()).hasSize(2));
        var strays = strays(units);
        assertThat(strays).extracting(stray -> stray.line().line()).containsExactly(2L, 4L, 5L, 6L);
        assertThat(strays.stream().map(stray -> stray.line().reason()).toList())
                .satisfiesExactly(
                        each -> assertThat(each).startsWith("InvoiceNo '' is none"),
                        each -> assertThat(each).startsWith("InvoiceNo '../../etc' is none"),
                        each -> assertThat(each).startsWith("InvoiceNo '-x' is none"),
                        each -> assertThat(each).startsWith("InvoiceNo '../../etc' is none"));
        assertThat(strays).extracting(ReceiveOrderFile.Stray::hash).doesNotHaveDuplicates();
        assertThat(strays(units(named("other.csv", String.join("\r\n", HEADER, ",,,,,,,"))))
                        .get(0)
                        .hash())
                .as("the same line of another file")
                .isEqualTo(strays.get(0).hash());
    }

    @Test
    void contentIsTheValuesOfAllLinesInTheirOrder() throws Exception {
        var hash = orders(GOOD, "1,B,,2,12/1/2010 8:26,1,17850,X").get(0).hash();

        assertThat(orders(GOOD.replace("MUG", "\"MUG\""), "1,B,\"\",2,12/1/2010 8:26,1,17850,X", "2,A")
                        .get(0)
                        .hash())
                .as("quoted otherwise")
                .isEqualTo(hash);
        assertThat(orders("0,A", GOOD, "1,B,,2,12/1/2010 8:26,1,17850,X").get(1).hash())
                .as("elsewhere in the file")
                .isEqualTo(hash);
        assertThat(List.of(
                        orders("1,B,,2,12/1/2010 8:26,1,17850,X", GOOD).get(0).hash(),
                        orders(GOOD).get(0).hash(),
                        orders(GOOD, "1,B,,3,12/1/2010 8:26,1,17850,X").get(0).hash(),
                        orders(GOOD, "1,B,,2,12/1/2010 8:26,1,17850,X,").get(0).hash()))
                .doesNotContain(hash)
                .doesNotHaveDuplicates();
    }

    @Test
    void aSecondGroupOfAnInvoiceIsClaimedByItself() throws Exception {
        assertThat(orders("1,A", "2,A", "1,B", "1,C", "3,A"))
                .extracting(
                        order -> order.invoiceNo + " of line " + order.content().line())
                .containsExactly("1 of line 2", "2 of line 3", "1 of line 4", "3 of line 6");
    }

    @Test
    void transactionsAreBoundedAndHoldWholeOrders() throws Exception {
        var lines = IntStream.range(0, 10_000)
                .mapToObj(i -> GOOD.replaceFirst("1", "" + i / 3))
                .toArray(String[]::new);

        var chunks = chunks(file(lines));

        assertThat(chunks).allSatisfy(chunk -> assertThat(chunk).hasSizeLessThanOrEqualTo(50));
        var orders = chunks.stream().flatMap(chunk -> orders(chunk).stream()).toList();
        assertThat(orders).hasSize(3334);
        assertThat(orders.subList(0, 3333))
                .allSatisfy(order -> assertThat(order.placed().lines()).hasSize(3));
    }

    @Test
    void anOrderTooLargeForOneMessageIsRefusedWhole() throws Exception {
        var lines = IntStream.range(0, 10_001).mapToObj(i -> GOOD).toArray(String[]::new);

        var order = orders(lines).get(0);

        assertThat(order.refusal).startsWith("has more than 10000 lines");
        assertThat(order.lines).isEmpty();
        lines[10_000] = GOOD.replace("MUG", "CUP");
        assertThat(orders(lines).get(0).hash()).as("all of it counts").isNotEqualTo(order.hash());
    }

    private List<ReceiveOrderFile.Order> orders(String... lines) throws Exception {
        return orders(units(file(lines)));
    }

    private static List<ReceiveOrderFile.Order> orders(List<ReceiveOrderFile.Unit> units) {
        return units.stream()
                .filter(ReceiveOrderFile.Order.class::isInstance)
                .map(ReceiveOrderFile.Order.class::cast)
                .toList();
    }

    private static List<ReceiveOrderFile.Stray> strays(List<ReceiveOrderFile.Unit> units) {
        return units.stream()
                .filter(ReceiveOrderFile.Stray.class::isInstance)
                .map(ReceiveOrderFile.Stray.class::cast)
                .toList();
    }

    private static List<ReceiveOrderFile.Unit> units(Path path) throws Exception {
        return chunks(path).stream().flatMap(List::stream).toList();
    }

    private static List<List<ReceiveOrderFile.Unit>> chunks(Path path) throws Exception {
        var chunks = new ArrayList<List<ReceiveOrderFile.Unit>>();
        try (var rows = CsvFile.open(path, StandardCharsets.UTF_8, ReceiveOrderFile.HEADER)) {
            var orders = new ReceiveOrderFile.Orders(rows, "orders.csv");
            for (var chunk = orders.next(); !chunk.isEmpty(); chunk = orders.next()) {
                chunks.add(chunk);
            }
        }
        return chunks;
    }

    private Path file(String... lines) throws IOException {
        return named(
                "orders.csv", List.of(lines).stream().collect(Collectors.joining("\r\n", HEADER + "\r\n", "\r\n")));
    }

    private Path named(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String json(ReceiveOrderFile.Order order) throws IOException {
        return new ObjectMapper().writeValueAsString(order.placed());
    }
}
