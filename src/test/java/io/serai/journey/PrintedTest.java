// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintedTest {

    private static final String ADA = "01a1fc22-a5e5-7af0-b645-46593190007e";
    private static final String BOB = "01a1fc22-a5e5-7af0-b645-46593190007f";
    private static final String EVE = "01a1fc22-a5e5-7af0-b645-465931900080";

    private final Printed printed = new Printed();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            {"n": 1}                       | {"n": 1}                       | true
            {"n": 1}                       | {"n": 2}                       | false
            {"n": 1}                       | {"n": 1}}                      | false
            HTTP/1.1 202                   | 'HTTP/1.1 202 \r'              | true
            HTTP/1.1 202                   | HTTP/1.1 200                   | false
            at 2026-11-21T03:24:51.586866Z | at 2027-01-01T00:00:00Z        | true
            at 2026-11-21T03:24:51.586866Z | at noon                        | false
            {"1s":0.0,"n":1}               | {"1s":2.999,"n":1}             | true
            {"1s":0.0,"n":1}               | {"1s":2.999,"n":2}             | false
            {"v":"1.0"}                    | {"v":"1.1"}                    | false
            {"a":1,…}                      | {"a":1,"b":[2]}                | true
            {"a":1,…}                      | {"b":1,"b":[2]}                | false
            """)
    void onlyTimesRatesAndWhatIsLeftOutMayDiffer(String document, String answer, boolean same) {
        assertThat(printed.matches(document, answer)).isEqualTo(same);
    }

    @Test
    void linesMayBeLeftOutWhereTheDocumentSaysSo() {
        assertThat(printed.matches("a\n…\nd\n", "a\nb\nc\nd\n")).isTrue();
        assertThat(printed.matches("…\nd\n", "a\nb\nc\nd\n")).isTrue();
        assertThat(printed.matches("a\n…\nd\n", "a\nd")).isTrue();
        assertThat(printed.matches("a\nd\n", "a\nb\nd\n")).isFalse();
        assertThat(printed.matches("a…\nd\n", "a\nb\nd\n")).isFalse();
    }

    @Test
    void aPrintedIdIsOneAndTheSameThroughoutTheDocument() {
        assertThat(printed.matches(ADA + " " + ADA, BOB + " " + EVE)).isFalse();
        assertThat(printed.matches(ADA + " " + ADA, BOB + " " + BOB)).isTrue();
        assertThat(printed.matches("welcome-" + ADA, "welcome-" + EVE)).isFalse();
        assertThat(printed.matches("welcome-" + ADA, "welcome-" + BOB)).isTrue();
        assertThat(printed.matches(EVE, BOB)).as("two ids, one in the hub").isFalse();
        assertThat(printed.matches(ADA, "none")).isFalse();
    }
}
