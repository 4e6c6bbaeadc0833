// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Printable;
import io.serai.routes.reload.Hash;
import io.serai.routes.reload.RouteFolder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says in which route files a folder and what a hub runs differ; changes neither. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        description = "Says which route files differ from what a hub runs. Nothing is changed.",
        footer = {
            "A password is taken from SERAI_PASSWORD, a user also from SERAI_USER.",
            "Over http: they go as they are; use https: where the way there is not yours."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the same", "1:they differ", "2:the folder is not there, or the hub does not answer"})
final class Diff implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_ANSWER = 64_000_000;
    private static final int OK = 200;

    private final Map<String, Object> defaults;
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Parameters(paramLabel = "FOLDER", arity = "0..1", description = "Without: the routes folder of this hub.")
    private @Nullable Path folder;

    @Option(
            names = "--url",
            description = "where the hub is; default: ${DEFAULT-VALUE}",
            defaultValue = "http://localhost:8080")
    @SuppressWarnings("NullAway.Init") // by picocli
    private URI url;

    @Option(names = "--user", description = "a reader; default: $SERAI_USER, or nobody")
    private @Nullable String user;

    /** How a file of the folder stands to what runs; named as it is shown. */
    private enum Difference {
        /** Only in the folder. */
        ADDED,
        CHANGED,
        /** Runs, and is not in the folder. */
        MISSING
    }

    Diff(Map<String, Object> defaults, Map<String, String> environment) {
        this.defaults = defaults;
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var directory = folder == null ? new Configuration(defaults).routes() : folder;
        if (!Files.isDirectory(directory)) {
            throw new NotDirectoryException("there is no folder " + directory);
        }
        var differences = differences(hashes(directory), running());
        var out = command.commandLine().getOut();
        differences.forEach((path, difference) ->
                // paths come from elsewhere: nothing that a terminal obeys
                out.printf("%-8s%s%n", difference.name().toLowerCase(Locale.ROOT), Printable.of(path)));
        out.printf("%d differ%n", differences.size());
        out.flush();
        return differences.isEmpty() ? 0 : Cli.FOUND;
    }

    private static Map<String, Difference> differences(Map<String, String> here, Map<String, String> running) {
        var differences = new TreeMap<String, Difference>();
        var paths = new TreeSet<>(here.keySet());
        paths.addAll(running.keySet());
        for (var path : paths) {
            var own = here.get(path);
            var other = running.get(path);
            if (own == null) {
                differences.put(path, Difference.MISSING);
            } else if (other == null) {
                differences.put(path, Difference.ADDED);
            } else if (!own.equals(other)) {
                differences.put(path, Difference.CHANGED);
            }
        }
        return differences;
    }

    private static Map<String, String> hashes(Path directory) throws IOException {
        var files = new RouteFolder(directory);
        var hashes = new TreeMap<String, String>();
        for (var path : files.paths()) {
            files.read(path).ifPresent(file -> hashes.put(path, Hash.of(file.content())));
        }
        return hashes;
    }

    /** What the hub runs, hash by path. */
    private Map<String, String> running() throws IOException, InterruptedException {
        var at = URI.create(url.toString().replaceAll("/+$", "") + "/api/route-files");
        var request = HttpRequest.newBuilder(at).timeout(PATIENCE).header("Accept", "application/json");
        var name = user == null ? environment.get("SERAI_USER") : user;
        if (name != null) {
            var credentials = name + ":" + environment.getOrDefault("SERAI_PASSWORD", "");
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
        }
        var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build();
        var answer = send(client, request.build());
        try (var body = answer.body()) {
            if (answer.statusCode() != OK) {
                throw new IOException(at + " answers " + answer.statusCode()
                        + (answer.statusCode() == 401 ? "; give --user, and the password in SERAI_PASSWORD" : ""));
            }
            return hashes(body);
        }
    }

    private HttpResponse<InputStream> send(HttpClient client, HttpRequest request)
            throws IOException, InterruptedException {
        try {
            return client.send(request, BodyHandlers.ofInputStream());
        } catch (IOException cause) {
            throw new IOException(
                    "no hub answers at " + url + " (" + cause.getClass().getSimpleName()
                            + "); start it, or say where it is by --url",
                    cause);
        }
    }

    private static Map<String, String> hashes(InputStream body) throws IOException {
        var text = body.readNBytes(MAX_ANSWER + 1);
        if (text.length > MAX_ANSWER) {
            throw new IOException("the answer is larger than " + MAX_ANSWER + " bytes");
        }
        var items = new ObjectMapper().readTree(text).path("items");
        if (!items.isArray()) {
            throw new IOException("the answer is not a list of route files; is --url a hub's?");
        }
        var hashes = new TreeMap<String, String>();
        for (JsonNode item : items) {
            var running = item.path("running").path("hash");
            if (running.isTextual()) {
                hashes.put(item.path("path").asText(), running.textValue());
            }
        }
        return hashes;
    }
}
