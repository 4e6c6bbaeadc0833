// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What bin/serai gives to Java, which here is a script that prints it. */
class LauncherTest {

    private static final String JAVA = """
            #!/bin/sh
            if [ "$1" = -XshowSettings:properties ]; then
                printf '    java.specification.version = 17\\n    java.vm.version = %s\\n' "$(cat VERSION)" >&2
                exit 0
            fi
            echo "$@"
            case "$*" in
                *ArchiveClassesAtExit*--server.port*)
                    file=${1#-XX:ArchiveClassesAtExit=}
                    trap 'echo classes > "$file"; exit 143' TERM
                    env > ENVIRONMENT
                    echo Serai listens
                    while :; do sleep 0.1; done
                    ;;
            esac
            """;

    @TempDir
    Path folder;

    private Path home;

    @BeforeEach
    void install() throws IOException {
        home = folder.resolve("serai");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
        Files.createDirectories(folder.resolve("jdk/bin"));
        Files.copy(Path.of("src/dist/bin/serai"), home.resolve("bin/serai"));
        Files.writeString(home.resolve("serai.jar"), "");
        Files.setLastModifiedTime(
                home.resolve("serai.jar"), FileTime.from(Instant.now().minusSeconds(60)));
        Files.writeString(folder.resolve("version"), "17.0.1+1");
        var java = folder.resolve("jdk/bin/java");
        Files.writeString(
                java,
                JAVA.replace("VERSION", folder.resolve("version").toString())
                        .replace("ENVIRONMENT", folder.resolve("environment").toString()));
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String given(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        var words = new ArrayList<>(List.of("/bin/sh", home.resolve("bin/serai").toString()));
        words.addAll(List.of(arguments));
        var program = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
        program.environment()
                .keySet()
                .removeAll(List.of(
                        "JAVA_TOOL_OPTIONS",
                        "JDK_JAVA_OPTIONS",
                        "JAVA_OPTS",
                        "SPRING_PROFILES_ACTIVE",
                        "XDG_CACHE_HOME"));
        program.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        program.environment().put("HOME", folder.toString());
        program.environment().putAll(environment);
        var process = program.start();
        // a script that waits for ever is an error too
        process.onExit().orTimeout(60, TimeUnit.SECONDS).exceptionally(late -> process.destroyForcibly());
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said.strip();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "--server.port=8081"})
    void hubOfItsOwnBrokerAndDatabaseIsSmall(String argument) throws Exception {
        assertThat(given(Map.of(), argument))
                .contains("-XX:+UseSerialGC", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError")
                .endsWith("-jar " + home.resolve("serai.jar") + " " + argument);
    }

    @ParameterizedTest
    @ValueSource(strings = {"JAVA_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"})
    void heapAndCollectorThatTheUserNamesHold(String variable) throws Exception {
        assertThat(given(Map.of(variable, "-XX:+UseG1GC"), "run"))
                .contains("-Xmx512m")
                .doesNotContain("Serial");
        assertThat(given(Map.of(variable, "-XX:MaxRAMPercentage=70"), "run"))
                .contains("Serial")
                .doesNotContain("-Xmx512m");
        // two collectors at once are an error of Java's
        assertThat(given(Map.of(variable, "-XX:+UseZGC -Xmx2g"), "lint")).doesNotContain("Serial", "-Xmx512m");
    }

    @Test
    void hubInProductionGetsWhatJavaThinksRight() throws Exception {
        assertThat(given(Map.of("SPRING_PROFILES_ACTIVE", "production"), "run")).doesNotContain("Serial", "-Xmx");
        assertThat(given(Map.of(), "--spring.profiles.active=eu,production")).doesNotContain("Serial", "-Xmx");
    }

    @Test
    void archiveIsOfOneBuildAndOneJavaAndUsedByItsHub() throws Exception {
        assertThat(given(Map.of(), "run")).doesNotContain("SharedArchiveFile");
        var archive = given(Map.of("SPRING_RABBITMQ_ADDRESSES", "other:5672", "JAVA_OPTS", "-Xmx1g"), "archive");
        assertThat(Path.of(archive)).isRegularFile().hasParent(home.resolve("lib"));
        assertThat(given(Map.of(), "run")).contains("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=error");
        assertThat(given(Map.of(), "password")).doesNotContain("SharedArchiveFile");
        // neither the broker of this environment nor its users are those of the hub that leaves it
        assertThat(Files.readString(folder.resolve("environment"))).doesNotContain("SPRING_RABBITMQ");

        Files.writeString(folder.resolve("version"), "21.0.1+1");
        assertThat(given(Map.of(), "run")).doesNotContain("SharedArchiveFile");
        Files.writeString(folder.resolve("version"), "17.0.1+1");
        Files.setLastModifiedTime(
                home.resolve("serai.jar"), FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(given(Map.of(), "run")).doesNotContain("SharedArchiveFile");
    }
}
