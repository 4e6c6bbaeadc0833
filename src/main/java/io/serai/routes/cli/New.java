// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a route to begin with, whose file, id and contract are as they should be. Never overwrites. */
@Command(
        name = "new",
        mixinStandardHelpOptions = true,
        description = "Writes a route to begin with: rest-to-event, event-to-rest, file-to-event, event-to-file, "
                + "sql-to-event or timer.")
final class New implements Callable<Integer> {

    static final List<String> KINDS =
            List.of("rest-to-event", "event-to-rest", "file-to-event", "event-to-file", "sql-to-event", "timer");

    /** What a kind may consist of; those there are, are written. */
    private static final List<String> ENDINGS = List.of(".camel.yaml", ".test.yaml");

    private final Map<String, Object> defaults;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Parameters(index = "0", paramLabel = "KIND", description = "What the route is to do.")
    private String kind = "";

    @Parameters(index = "1", paramLabel = "NAME", description = "Verb and noun in kebab-case, as in receive-parcel.")
    private String name = "";

    @Option(names = "--folder", description = "Folder below the routes folder, as in parcels. Default: none.")
    private String folder = "";

    @Option(names = "--event", description = "Type of the event it reads or publishes. Default: the name, with dots.")
    private @Nullable String event;

    New(Map<String, Object> defaults) {
        this.defaults = defaults;
    }

    @Override
    public Integer call() throws IOException {
        if (!KINDS.contains(kind)) {
            throw new ParameterException(
                    command.commandLine(), "there is no kind '" + kind + "'; there are " + String.join(", ", KINDS));
        }
        if (!name.matches("[a-z][a-z0-9]*(-[a-z0-9]+)*")) {
            throw new ParameterException(
                    command.commandLine(), "'" + name + "' is no name in kebab-case, as in receive-parcel");
        }
        var type = event == null ? name.replace('-', '.') : event;
        if (!type.matches("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*")) {
            throw new ParameterException(
                    command.commandLine(), "'" + type + "' is no event type, as in parcel.received");
        }
        if (!folder.isEmpty() && !folder.matches("[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")) {
            throw new ParameterException(
                    command.commandLine(), "'" + folder + "' is no folder below the routes folder");
        }
        var target = new Configuration(defaults).routes().resolve(folder);
        Files.createDirectories(target);
        for (var ending : ENDINGS) {
            write(target.resolve(name + ending), ending, type);
        }
        return 0;
    }

    private void write(Path file, String ending, String type) throws IOException {
        try (var template = New.class.getResourceAsStream("new/" + kind + ending)) {
            if (template == null) {
                return;
            }
            var text = new String(template.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("NAME", name)
                    .replace("EVENT", type);
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            command.commandLine().getOut().println(file);
        } catch (FileAlreadyExistsException there) {
            throw new FileAlreadyExistsException(file + " is there already; choose another name");
        }
    }
}
