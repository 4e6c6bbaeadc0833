// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnNameTest {

    @ParameterizedTest
    @CsvSource({
        "crm-host, crm-host-4711",
        "'größe host', gr--e-host-4711",
        "'', -4711",
        "x234567890123456789012345678901234567890123456789012345678901234x, x2345678901234567890123456789012345678901234567890123456789-4711",
    })
    void theDefaultIsANameThatIsTaken(String machine, String name) {
        assertThat(OwnName.of(machine, 4711)).isEqualTo(name).matches("[!-~]{1,64}");
    }
}
