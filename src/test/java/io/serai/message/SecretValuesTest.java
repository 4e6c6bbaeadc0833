// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretValuesTest {

    private final SecretValues secrets = new SecretValues();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://partner/x?k=pa ss/wörd&+ failed",
                "GET http://partner/x?k=pa+ss%2Fw%C3%B6rd%26%2B&n=1 failed",
                "GET http://partner/x?k=pa%20ss%2Fw%C3%B6rd%26%2B&n=1 failed",
                "Bearerpa ss/wörd&+.",
            })
    void aSecretIsMaskedAsItIsAndAsItStandsInAUrl(String text) {
        secrets.add("pa ss/wörd&+");

        assertThat(secrets.mask(text)).contains("xxxxxx").doesNotContain("ss");
    }

    @Test
    void aSecretThatBeginsWithAnotherIsMaskedWhole() {
        secrets.add("abcdef");
        secrets.add("abcdefghi");

        assertThat(secrets.mask("k=abcdefghi l=abcdef")).isEqualTo("k=xxxxxx l=xxxxxx");
    }

    @Test
    void aShortValueIsNotMasked() {
        secrets.add("order");
        secrets.add("");
        secrets.add(null);

        assertThat(secrets.mask("order 1 failed")).isEqualTo("order 1 failed");
    }

    @Test
    void aTextWithoutASecretIsNotCopied() {
        secrets.add("s3cr3t-of-the-hub");
        var text = "route greet-user started";

        assertThat(secrets.mask(text)).isSameAs(text);
    }

    @Test
    void theNumberOfValuesIsBounded() {
        IntStream.rangeClosed(1, 1001).forEach(number -> secrets.add("secret-%04d".formatted(number)));

        assertThat(secrets.mask("secret-0001 secret-1000")).isEqualTo("xxxxxx xxxxxx");
        assertThat(secrets.mask("secret-1001")).isEqualTo("secret-1001");
    }
}
