// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialNamesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "Proxy-Authorization",
                "X-Forwarded-Authorization",
                "Cookie",
                "Set-Cookie",
                "WWW-Authenticate",
                "X-Api-Key",
                "api_key",
                "apikey",
                "X-Auth-Token",
                "access_token",
                "X-Amz-Security-Token",
                "Ocp-Apim-Subscription-Key",
                "client_secret",
                "X-Password"
            })
    void headerThatCarriesACredentialIsKnown(String name) {
        assertThat(CredentialNames.isCredential(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type",
                "Accept",
                "Idempotency-Key",
                "key",
                "pageToken",
                "token",
                "X-Request-Id",
                "id",
                "author",
                "Signature"
            })
    void otherHeaderIsNotTakenForACredential(String name) {
        assertThat(CredentialNames.isCredential(name)).isFalse();
    }
}
