// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.security.AccessProperties.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class UsersTest {

    private static final String HASH = "$2a$10$7EqJtq98hPqEX7fNZaFWoOhi5yNFVwj1F7d5l6dqGvJ5XN4R3J3uK";
    private static final String ANN = "- name: ann\n  password: " + HASH + "\n  roles: [reader]\n";
    private static final String BEN = ANN.replace("ann", "ben").replace("[reader]", "client, reader");

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("users.yaml");
    }

    private void write(String text) throws IOException {
        Files.writeString(file(), text);
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-------"));
    }

    private Users users(User... configured) {
        return new Users(List.of(configured), new UsersFile(file()));
    }

    private static void lookTwice(Users users) {
        users.look();
        users.look();
    }

    @Test
    void fileAddsUsersToThoseConfigured() throws IOException {
        write("# who may log in\n" + ANN + BEN);
        var users = users(new User("eve", HASH, List.of("editor"))).get();
        assertThat(users.size()).isEqualTo(3);
        assertThat(users.find("ann").orElseThrow().hash()).isEqualTo(HASH);
        assertThat(users.find("ben").orElseThrow().authorities())
                .extracting(Object::toString)
                .contains("ROLE_CLIENT", "ROLE_READER");
    }

    @Test
    void changeIsTakenOnceTwoLooksHaveSeenIt() throws IOException {
        write(ANN);
        var users = users();
        write(ANN + BEN);
        users.look();
        assertThat(users.get().find("ben")).isEmpty();
        users.look();
        assertThat(users.get().find("ben")).isPresent();
        write(BEN);
        lookTwice(users);
        assertThat(users.get().find("ann")).isEmpty();
    }

    @Test
    void brokenFileKeepsTheLastGoodUsersAndSaysWhereItIsBrokenOnce(CapturedOutput output) throws IOException {
        write(ANN);
        var users = users();
        write(ANN + BEN.replace(HASH, "open-sesame"));
        lookTwice(users);
        lookTwice(users);
        assertThat(users.get().find("ann")).isPresent();
        assertThat(output.getOut())
                .containsOnlyOnce(file() + " line 4: password is not a bcrypt hash")
                .doesNotContain("open-sesame");

        Files.delete(file());
        lookTwice(users);
        lookTwice(users);
        assertThat(users.get().find("ann")).isPresent();
        assertThat(output.getOut()).containsOnlyOnce(file() + " cannot be read");

        write(BEN);
        lookTwice(users);
        assertThat(users.get().find("ben")).isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "- name: ann\\n  password: *open-sesame | line 2: not YAML",
                "- name: [\\n  password: open-sesame | line 2: not YAML",
                "- name: ann\\n  pasword: open-sesame | line 2: not a field",
                "- name: ann\\n  password: [open-sesame] | line 2: password is not text",
                "- name: ann\\n  password: x\\n  password: open-sesame | line 3: password is there twice",
                "- ann:open-sesame | line 1: not a user",
                "ann: open-sesame | line 1: no list",
                "'' | line 1: no list",
                "[] | names nobody",
                "- name: ann\\n  password: open-sesame\\n  roles: [reader] | line 1: password is not a bcrypt hash"
            })
    void brokenFileRefusesTheStartWithItsLineAndNothingOfItsText(String text, String reason) throws IOException {
        write(text.replace("\\n", "\n"));
        assertThatThrownBy(this::users)
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining(reason)
                .hasMessageNotContaining("open-sesame");
    }

    @Test
    void halfWrittenFileOfNoTextChangesNothing() throws IOException {
        write(ANN);
        var users = users(new User("eve", HASH, List.of("editor")));
        write("");
        lookTwice(users);
        assertThat(users.get().find("ann")).isPresent();
        write("[]");
        lookTwice(users);
        assertThat(users.get().find("ann")).isEmpty();
        assertThat(users.get().find("eve")).isPresent();
    }

    @Test
    void nameThatTheConfigurationHasIsRefused() throws IOException {
        write(ANN);
        assertThatThrownBy(() -> users(new User("ann", HASH, List.of("editor"))))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("line 1: name is the name of an earlier user");
    }

    @Test
    void fileThatOthersReadIsWarnedOf(CapturedOutput output) throws IOException {
        write(ANN);
        users();
        assertThat(output.getOut()).doesNotContain("chmod");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
        users();
        assertThat(output.getOut()).contains("others than its owner may read or change " + file());
    }

    @Test
    void fileOfTheReadmeIsOne() throws IOException {
        var block = Pattern.compile("```yaml\n(- name: ann\n.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).isTrue();
        write(block.group(1));
        assertThat(users().get().size()).isOne();
    }

    @Test
    void missingFileRefusesTheStart() {
        assertThatThrownBy(this::users).isInstanceOf(StartRefused.class).hasMessageContaining("cannot be read");
    }
}
