// SPDX-License-Identifier: Apache-2.0
package io.serai.shipped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.FileSystemUtils;

class ExportUserToCrmIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ID = "01a1fd09-4b8f-70c3-bf27-68e789c29e53";
    private static final String ADA = user("Ada Lovelace", "ada@example.com");

    private static RouteFile route;

    @BeforeAll
    static void start() {
        route = RouteFile.start("users/ExportUserToCrm.java");
    }

    @AfterAll
    static void stop() {
        if (route != null) {
            route.close();
        }
    }

    @BeforeEach
    void nothing() throws IOException {
        FileSystemUtils.deleteRecursively(folder());
    }

    @ParameterizedTest
    @CsvSource({"user.created,I", "user.updated,U", "user.deleted,D"})
    void aChangeIsOneRecord(String type, String change) throws Exception {
        route.events().deliver(Events.of(type, ADA, "e1"));

        assertThat(only())
                .isEqualTo(change + ID + "000000042" + "Ada Lovelace" + " ".repeat(48) + "ada@example.com"
                        + " ".repeat(69) + "\n")
                .hasSize(191);
    }

    @Test
    void otherEventsOfUsersAreNoChange() throws Exception {
        route.events().deliver(Events.of("user.greeted", ADA, "e1"));
        assertThat(files()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            Zoë Ångström ÿ     | Zoë Ångström ÿ
            Zoe\u0308          | Zoë
            李小龍 Lee          | ??? Lee
            Łukasz             | ?ukasz
            € 5                | ? 5
            \ud83d\ude00 Bob   | ? Bob
            O'Brien;"<&        | O'Brien;"<&
            `  Bob  `          | `  Bob  `
            """)
    void aNameIsWrittenInLatin1(String name, String written) throws Exception {
        route.events().deliver(Events.of("user.created", user(name, "a@b"), "e1"));
        assertThat(only())
                .hasSize(191)
                .satisfies(record ->
                        assertThat(record.substring(46, 106)).isEqualTo(written + " ".repeat(60 - written.length())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"A\nB", "A\rB", "A\u0000B", "A\tB", "A\u001aB", "A\u0085B", "A\u007fB"})
    void aNameBreaksNoRecord(String name) throws Exception {
        route.events().deliver(Events.of("user.created", user(name, "a@b"), "e1"));
        assertThat(only())
                .hasSize(191)
                .satisfies(record -> assertThat(record.substring(46, 106)).isEqualTo("A?B" + " ".repeat(57)));
    }

    @Test
    void aLongNameIsCut() throws Exception {
        route.events().deliver(Events.of("user.created", user("ä".repeat(61), "a@b"), "e1"));
        assertThat(only()).hasSize(191).contains("42" + "ä".repeat(60) + "a@b ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ada@李.example", "ada@b.example\nD"})
    void anAddressThatTheCrmCannotHoldIsLeftOutAndNotMadeAnother(String email) throws Exception {
        route.events().deliver(Events.of("user.created", user("Ada", email), "e1"));
        assertThat(only())
                .hasSize(191)
                .satisfies(record -> assertThat(record.substring(106)).isBlank());
    }

    @Test
    void anAddressOf84CharactersFitsAndALongerOneIsLeftOut() throws Exception {
        var fits = "a".repeat(76) + "@b.co.uk";
        route.events().deliver(Events.of("user.created", user("Ada", fits), "e1"));
        assertThat(only()).endsWith(fits + "\n").hasSize(191);
        FileSystemUtils.deleteRecursively(folder());

        route.events().deliver(Events.of("user.created", user("Ada", "a" + fits), "e2"));
        assertThat(only())
                .hasSize(191)
                .satisfies(record -> assertThat(record.substring(106)).isBlank());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "7",
                "[]",
                "\"Ada\"",
                "{",
                "{}",
                "{\"id\":\"\",\"version\":1,\"name\":\"Ada\",\"email\":\"a@b\"}",
                "{\"id\":7,\"version\":1,\"name\":\"Ada\",\"email\":\"a@b\"}",
                "{\"id\":\"" + ID + "7\",\"version\":1,\"name\":\"Ada\",\"email\":\"a@b\"}",
                "{\"id\":\"01a1fd09-4b8f-70c3-bf27-68e789c29e5\\n\",\"version\":1,\"name\":\"Ada\",\"email\":\"a@b\"}",
                "{\"id\":\"" + ID + "\",\"name\":\"Ada\",\"email\":\"a@b\"}",
                "{\"id\":\"" + ID + "\",\"version\":\"x\",\"name\":\"Ada\",\"email\":\"a@b\"}",
                "{\"id\":\"" + ID + "\",\"version\":-1,\"name\":\"Ada\",\"email\":\"a@b\"}",
                "{\"id\":\"" + ID + "\",\"version\":1000000000,\"name\":\"Ada\",\"email\":\"a@b\"}",
                "{\"id\":\"" + ID + "\",\"version\":1.5,\"name\":\"Ada\",\"email\":\"a@b\"}"
            })
    void whatIsNoUserFailsAndWritesNothing(String body) throws Exception {
        assertThatThrownBy(() -> route.events().deliver(Events.of("user.created", body, "e1")))
                .isInstanceOf(Exception.class);
        assertThat(files()).isEmpty();
    }

    @Test
    void twiceIsOneFileAndEachEventHasItsOwn() throws Exception {
        route.events().deliver(Events.of("user.created", ADA, "e1"));
        route.events().deliver(Events.of("user.created", ADA, "e1"));
        assertThat(files()).hasSize(1);
        route.events().deliver(Events.of("user.updated", ADA, "e2"));
        route.events().deliver(Events.of("user.updated", ADA, "/another", "e2"));
        assertThat(files()).hasSize(3).allMatch(name -> name.matches("user-[0-9a-f-]{36}\\.txt"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../../up", "/etc/up", "a/b", "..", "${header.CamelFileName}", "ä b"})
    void anIdLeadsNowhereElse(String id) throws Exception {
        route.events().deliver(Events.of("user.created", ADA, id));
        assertThat(files()).singleElement().asString().matches("user-[0-9a-f-]{36}\\.txt");
    }

    private static String user(String name, String email) {
        return JSON.createObjectNode()
                .put("id", ID)
                .put("name", name)
                .put("email", email)
                .put("version", 42)
                .put("createdAt", "2026-11-21T10:00:00Z")
                .toString();
    }

    private static Path folder() {
        return route.folder("data/legacy/crm/in");
    }

    private static List<String> files() throws IOException {
        var names = new ArrayList<String>();
        if (Files.isDirectory(folder())) {
            try (var files = Files.list(folder())) {
                files.forEach(file -> names.add(file.getFileName().toString()));
            }
        }
        return names;
    }

    /** The one record there is, as the CRM reads it. */
    private static String only() throws IOException {
        assertThat(files()).hasSize(1);
        return Files.readString(folder().resolve(files().get(0)), StandardCharsets.ISO_8859_1);
    }
}
