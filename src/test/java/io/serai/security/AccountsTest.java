// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.security.AccessProperties.User;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.core.GrantedAuthority;

class AccountsTest {

    private static final String HASH = "$2a$10$7EqJtq98hPqEX7fNZaFWoOhi5yNFVwj1F7d5l6dqGvJ5XN4R3J3uK";

    private static User user(@Nullable String name, @Nullable String password, String... roles) {
        return new User(name, password, List.of(roles));
    }

    private static Accounts accounts(List<User> users) {
        return new Accounts(Candidate.of(users));
    }

    private static List<String> authorities(String role) {
        return accounts(List.of(user("ann", HASH, role))).find("ann").orElseThrow().authorities().stream()
                .map(GrantedAuthority::getAuthority)
                .toList();
    }

    @Test
    void rolesIncludeLesserOnes() {
        assertThat(authorities("reader")).containsExactly("ROLE_METRICS", "ROLE_READER");
        assertThat(authorities("client")).containsExactly("ROLE_CLIENT");
        assertThat(authorities("Operator"))
                .containsExactly("ROLE_METRICS", "ROLE_READER", "ROLE_CLIENT", "ROLE_OPERATOR");
        assertThat(authorities("editor"))
                .containsExactly("ROLE_METRICS", "ROLE_READER", "ROLE_CLIENT", "ROLE_OPERATOR", "ROLE_EDITOR");
    }

    @Test
    void hashIsTakenWithAndWithoutPrefix() {
        var accounts = accounts(List.of(user("ann", HASH, "reader"), user("ben", "{bcrypt}" + HASH, "client")));
        assertThat(accounts.find("ann").orElseThrow().hash()).isEqualTo(HASH);
        assertThat(accounts.find("ben").orElseThrow().hash()).isEqualTo(HASH);
        assertThat(accounts.find("eve")).isEmpty();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "secret",
                "{noop}secret",
                "{bcrypt}secret",
                "$2a$31$7EqJtq98hPqEX7fNZaFWoOhi5yNFVwj1F7d5l6dqGvJ5XN4R3J3uK",
                "$2a$10$short"
            })
    void passwordThatIsNoBcryptHashIsRefusedAndNotPrinted(String password) {
        assertThatThrownBy(() -> accounts(List.of(user("ann", password, "reader"))))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("serai.security.users[0].password")
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " ", "a:b", "a\nb"})
    void nameThatHttpBasicCannotSendIsRefused(String name) {
        assertThatThrownBy(() -> accounts(List.of(user(name, HASH, "reader"))))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("serai.security.users[0].name");
    }

    @Test
    void secondUserOfTheSameNameIsRefused() {
        assertThatThrownBy(() -> accounts(List.of(user("ann", HASH, "reader"), user("ann", HASH, "client"))))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("serai.security.users[1].name");
    }

    @Test
    void unknownOrMissingRoleIsRefused() {
        assertThatThrownBy(() -> accounts(List.of(user("ann", HASH, "reader", "admin"))))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("serai.security.users[0].roles[1]")
                .extracting(refused -> ((StartRefused) refused).wayOut())
                .asString()
                .contains("reader, client, operator, editor");
        assertThatThrownBy(() -> accounts(List.of(user("ann", HASH))))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("serai.security.users[0].roles");
    }

    @Test
    void hashIsNeverPrinted() {
        var user = user("ann", HASH, "reader");
        assertThat(user.toString()).doesNotContain(HASH);
        assertThat(accounts(List.of(user)).find("ann").toString()).doesNotContain(HASH);
    }
}
