// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowedAddressesTest {

    @ParameterizedTest
    @CsvSource({
        "localhost,         http://localhost:9090",
        "localhost:9090,    http://LOCALHOST:9090/x",
        "parcels.example,   https://parcels.example:8443/v1",
        "127.0.0.1,         http://127.0.0.1:9",
        "127.0.0.0/8,       http://127.0.0.2:9",
        "10.1.0.0/16,       http://10.1.2.3",
        "*,                 http://10.1.2.3",
        "*:443,             https://192.0.2.7",
        "[::1],             http://[::1]:8080",
        "fd00::/8,          http://[fd00::7]",
        "169.254.0.0/16,    http://169.254.169.254",
    })
    void addressThatARuleNamesIsAllowed(String rule, String address) {
        assertThat(new AllowedAddresses(List.of(rule)).allow(address)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:9090,    http://localhost:9091",
        "parcels.example,   http://evil.parcels.example",
        "parcels.example,   http://parcels.example.evil",
        "*,                 http://localhost:8080",
        "*,                 http://127.0.0.1",
        "*,                 http://2130706433",
        "*,                 http://127.1",
        "*,                 http://169.254.169.254",
        "*,                 http://0.0.0.0:8080",
        "*,                 http://[::1]",
        "*,                 http://[::ffff:127.0.0.1]",
        "*,                 http://[fe80::1]",
        "*.example,         http://nowhere.example",
        "0.0.0.0/0,         http://127.0.0.1",
        "::/0,              http://[::1]",
        "10.1.0.0/16,       http://10.2.0.1",
        "10.1.0.0/16,       http://10.1.0.1.evil",
    })
    void otherAddressIsNot(String rule, String address) {
        assertThat(new AllowedAddresses(List.of(rule)).allow(address)).isFalse();
    }

    @Test
    void withoutARuleNothingIsAllowed() {
        assertThat(new AllowedAddresses(List.of("")).allow("http://parcels.example"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://x", "a b", "x/y", "*x"})
    void ruleThatIsNoneIsRefused(String rule) {
        assertThatThrownBy(() -> new AllowedAddresses(List.of(rule))).hasMessageContaining(rule);
    }
}
