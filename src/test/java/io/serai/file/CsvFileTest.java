// SPDX-License-Identifier: Apache-2.0
package io.serai.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvFileTest {

    private static final List<String> HEADER = List.of("id", "text");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void eachRowHasItsTextAndTheLineItBeginsIn(String end) throws Exception {
        var text = String.join(
                end, "\uFEFFid, text ", "1,\"MUG", "", "BIG\"", "", "2", "", "", "3,\"A \"\"B\"\"\",12\" x");

        var rows = rows(text);

        assertThat(rows)
                .containsExactly(
                        new CsvFile.Row(2, "1,\"MUG\n\nBIG\"", List.of("1", "MUG\n\nBIG")),
                        new CsvFile.Row(6, "2", List.of("2")),
                        new CsvFile.Row(9, "3,\"A \"\"B\"\"\",12\" x", List.of("3", "A \"B\"", "12\" x")));
        assertThat(rows(text + end)).isEqualTo(rows);
        assertThat(rows(text + end + end)).isEqualTo(rows);
    }

    @Test
    void linesAndBytesAreCountedWhileReading() throws Exception {
        var path = file("id,text\n" + "1,x\n".repeat(100_000));
        try (var csv = CsvFile.open(path, StandardCharsets.UTF_8, HEADER)) {
            assertThat(csv.lines()).isEqualTo(1);
            csv.next();
            assertThat(csv.lines()).isEqualTo(2);
            assertThat(csv.bytes()).as("a buffer ahead, not the file").isBetween(12L, 100_000L);
            while (csv.next() != null) {
                assertThat(csv.lines()).isLessThanOrEqualTo(100_001);
            }
            assertThat(csv.lines()).isEqualTo(100_001);
            assertThat(csv.bytes()).isEqualTo(Files.size(path));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "id;text\n", "id\n", "1,x", "<html>502 Bad Gateway</html>"})
    void aFileWithAnotherHeaderIsUnreadable(String text) {
        assertThatThrownBy(() -> rows(text))
                .isInstanceOf(CsvFile.Unreadable.class)
                .hasMessage("its first line is '" + text.strip() + "' instead of id,text");
    }

    @Test
    void anEmptyFileIsUnreadable() {
        assertThatThrownBy(() -> rows("")).hasMessage("it is empty");
        assertThatThrownBy(() -> rows("\uFEFF")).hasMessage("it is empty");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    `"id\n1,x\n`                       | 1
                    `id,text\n1,x\n2,"MUG\n3,x\n`      | 3
                    `id,text\n1,x\n2,"MUG`             | 3
                    `id,text\n1,x\n2,"MUG"S\n3,x\n`    | 3
                    `id,text\n1,"\nx"\n2,"MUG\n3,"C"\n`| 4
                    """)
    void aQuoteThatIsWrongOrNeverClosedIsUnreadable(String text, int line) throws Exception {
        var path = file(text);

        assertThatThrownBy(() -> CsvFile.check(path, StandardCharsets.UTF_8, HEADER))
                .isInstanceOf(CsvFile.Unreadable.class)
                .hasMessage("its line " + line + " has a quote that is in the wrong place or never closed");
    }

    @Test
    void aQuoteCannotSwallowMoreThanSomeLines() throws Exception {
        assertThat(rows("id,text\n1,\"" + "x\n".repeat(CsvFile.MAX_LINES - 1) + "\"\n"))
                .hasSize(1);
        assertThatThrownBy(() -> rows("id,text\n1,x\n2,\"" + "x\n".repeat(CsvFile.MAX_LINES) + "\"\n"))
                .isInstanceOf(CsvFile.Unreadable.class)
                .hasMessageStartingWith("its line 3 has a quote");
    }

    @Test
    void anOverlongRowIsUnreadable() throws Exception {
        var fits = "1," + "x".repeat(CsvFile.MAX_ROW - 3);
        assertThat(rows("id,text\n" + fits + "\n"))
                .extracting(CsvFile.Row::text)
                .containsExactly(fits);
        assertThatThrownBy(() -> rows("id,text\n\n1," + "x".repeat(10 * CsvFile.MAX_ROW)))
                .isInstanceOf(CsvFile.Unreadable.class)
                .hasMessage("its line 3 is longer than 65536 characters");
    }

    @Test
    void aFileInAnotherCharsetIsUnreadableAndSaysWhere() throws Exception {
        var text = "id,text\n1,MUG\n2,\"BIG\nCAFÉ\"\n";
        var path = Files.write(folder.resolve("latin.csv"), text.getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> CsvFile.check(path, StandardCharsets.UTF_8, HEADER))
                .isInstanceOf(CsvFile.Unreadable.class)
                .hasMessage("its line 4 is not in UTF-8");
        assertThat(rows(path, StandardCharsets.ISO_8859_1).get(1).values()).containsExactly("2", "BIG\nCAFÉ");
    }

    @Test
    void aCharacterThatIsCutAtTheEndOrAtABufferIsFound() throws Exception {
        var cut = "id,text\n1,CAFÉ".getBytes(StandardCharsets.UTF_8);
        var path = Files.write(folder.resolve("cut.csv"), java.util.Arrays.copyOf(cut, cut.length - 1));
        assertThatThrownBy(() -> CsvFile.check(path, StandardCharsets.UTF_8, HEADER))
                .hasMessage("its line 2 is not in UTF-8");

        for (int blanks = 8_170; blanks < 8_200; blanks++) {
            var value = " ".repeat(blanks) + "É€😀";
            assertThat(rows("id,text\n" + value).get(0).values()).containsExactly(value);
        }
    }

    @Test
    void bytesThatAreNoTextAreUnreadable() {
        assertThatThrownBy(() -> rows("id,text\n1,x\n\u0000"))
                .isInstanceOf(CsvFile.Unreadable.class)
                .hasMessage("its line 3 holds a character 0, so it is not text");
    }

    @Test
    void whatIsQuotedIsShortOnOneLineAndStillText() {
        assertThat(Quoted.of("a\u001b[2J\nb")).isEqualTo("'a?[2J?b'");
        assertThat(Quoted.of("x".repeat(39) + "😀😀")).isEqualTo("'" + "x".repeat(39) + "…'");
        assertThat(Quoted.of("x".repeat(38) + "😀😀")).isEqualTo("'" + "x".repeat(38) + "😀…'");
        assertThat(Quoted.of("x".repeat(40))).isEqualTo("'" + "x".repeat(40) + "'");
    }

    @Test
    void aNameThatIsTakenIsNotTakenAgain() throws Exception {
        var file = file("id,text");
        assertThat(Aside.done(file)).isEqualTo(".done/" + file.getFileName());
        assertThat(Aside.failed(file, "why")).isEqualTo(".failed/" + file.getFileName());
        assertThat(folder.resolve(".failed/orders.csv.txt")).hasContent("why");

        for (var each : List.of(".done", ".failed")) {
            Files.createDirectories(folder.resolve(each));
            Files.writeString(folder.resolve(each).resolve("orders.csv"), "");
        }

        assertThat(Aside.done(file)).matches("\\.done/orders-\\d{8}T\\d{9}\\.csv");
        var other = Aside.failed(file, "why else");
        assertThat(other).matches("\\.failed/orders-\\d{8}T\\d{9}\\.csv");
        assertThat(folder.resolve(other)).doesNotExist();
        assertThat(folder.resolve(other + ".txt")).hasContent("why else");
    }

    private List<CsvFile.Row> rows(String text) throws IOException {
        return rows(file(text), StandardCharsets.UTF_8);
    }

    private static List<CsvFile.Row> rows(Path path, Charset charset) throws IOException {
        CsvFile.check(path, charset, HEADER);
        var rows = new ArrayList<CsvFile.Row>();
        try (var csv = CsvFile.open(path, charset, HEADER)) {
            for (var row = csv.next(); row != null; row = csv.next()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("orders.csv"), text);
    }
}
