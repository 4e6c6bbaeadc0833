// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.http.Problem;
import io.serai.http.ProblemWriter;
import io.serai.message.Invalid;
import io.serai.message.NotFound;
import io.serai.message.SecretValues;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.lint.Severity;
import io.serai.routes.reload.Changes;
import io.serai.routes.reload.Hash;
import io.serai.routes.reload.Reloader;
import io.serai.routes.reload.RouteFolder;
import io.serai.routes.test.CaseResult;
import io.serai.routes.test.RouteTester;
import io.serai.routes.test.TestedFiles;
import io.serai.routes.versions.Version;
import io.serai.routes.versions.Versions;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Shows, checks and changes the files that routes are made of; a file is addressed by its folders ({@link
 * RouteFilePaths}) and its name.
 */
@RestController
@RequestMapping(path = "/api/route-files", produces = MediaType.APPLICATION_JSON_VALUE)
final class RouteFilesController {

    private static final int MAX_NOTE = 1000;
    private static final int MAX_VERSIONS = 500;
    private static final int MAX_TOGETHER = 100;

    /** What is put or checked; {@code {"content": "- route: …", "note": "greets in French"}}. */
    record Draft(@Nullable String content, @Nullable String note) {}

    /**
     * A file of several that are changed together.
     *
     * @param content null where the file is to go
     * @param hash of the content that is replaced; null where the file must be new
     */
    record FileDraft(
            @Nullable String path,
            @Nullable String content,
            @Nullable String hash) {}

    /** Files that are changed together; {@code {"files": [{"path": "users/greet-user.camel.yaml", "content": "- route: …"}]}}. */
    record Drafts(@Nullable List<FileDraft> files, @Nullable String note) {}

    /** What is tested instead of what is in the folder; {@code {"content": "- route: …", "test": "- name: …"}}. */
    record TestDraft(@Nullable String content, @Nullable String test) {}

    /** What came of the cases of a test file. */
    record TestResults(boolean passed, List<CaseResult> cases) {}

    /** Which version is to be the file again; {@code {"version": 3, "note": "the new one loses orders"}}. */
    record Rollback(@Nullable Integer version, @Nullable String note) {}

    /** What is wrong; empty where nothing is. */
    record Findings(List<Finding> findings) {}

    /** A page of files; all of them fit one. */
    record Files(boolean editable, List<RouteFileView> items) {}

    /** Versions of a file, newest first. */
    record VersionList(List<Version> items) {}

    private final RouteFiles files;
    private final RouteFolder onDisk;
    private final Reloader reloader;
    private final Versions versions;
    private final RouteTester tester;
    private final RoutesProperties properties;
    private final SecretValues secrets;
    private final ProblemWriter problems;

    RouteFilesController(
            RouteFiles files,
            RouteFolder folder,
            Reloader reloader,
            Versions versions,
            RouteTester tester,
            RoutesProperties properties,
            SecretValues secrets,
            ProblemWriter problems) {
        this.tester = tester;
        this.files = files;
        this.onDisk = folder;
        this.reloader = reloader;
        this.versions = versions;
        this.properties = properties;
        this.secrets = secrets;
        this.problems = problems;
    }

    @Operation(summary = "Lists the route files and whether what is in them runs")
    @GetMapping
    Files list() throws IOException {
        var paths = new TreeSet<>(onDisk.paths());
        paths.addAll(reloader.files().keySet());
        var numbers = versions.numbers();
        var items = new ArrayList<RouteFileView>();
        for (var path : paths) {
            items.add(view(path, numbers, false));
        }
        return new Files(properties.editable(), items);
    }

    @Operation(summary = "Shows a route file with its content")
    @GetMapping("/{folder}/{file}")
    ResponseEntity<RouteFileView> show(@PathVariable String folder, @PathVariable String file) throws IOException {
        var shown = view(files.read(path(folder, file)).path(), versions.numbers(), true);
        return ResponseEntity.ok().eTag(shown.hash()).body(shown);
    }

    @Operation(summary = "Writes a route file; its routes are replaced when this returns")
    @ApiResponse(responseCode = "200", description = "The file was there", useReturnTypeSchema = true)
    @ApiResponse(responseCode = "201", description = "The file is new", useReturnTypeSchema = true)
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETag of the content that is replaced",
            schema = @Schema(type = "string"))
    @Parameter(
            name = HttpHeaders.IF_NONE_MATCH,
            in = ParameterIn.HEADER,
            description = "* where the file must be new",
            schema = @Schema(type = "string"))
    @PutMapping(path = "/{folder}/{file}", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<RouteFileView> put(
            @PathVariable String folder,
            @PathVariable String file,
            @RequestBody Draft draft,
            HttpServletRequest request)
            throws IOException, RouteFiles.Bad {
        checkEditable();
        var wanted = file(path(folder, file), draft);
        var made = files.put(wanted, condition(request), edit(draft.note(), request));
        var shown = view(wanted.path(), versions.numbers(), true);
        return ResponseEntity.status(made ? HttpStatus.CREATED : HttpStatus.OK)
                .eTag(shown.hash())
                .body(shown);
    }

    @Operation(
            summary =
                    "Writes and removes several route files as one change; all of it is live when this returns, or nothing"
                            + " has changed")
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    Files change(@RequestBody Drafts drafts, HttpServletRequest request) throws IOException, RouteFiles.Bad {
        checkEditable();
        var changes = new TreeMap<String, Optional<RouteFile>>();
        var conditions = new HashMap<String, RouteFiles.Condition>();
        for (var draft : checked(drafts)) {
            var path = RoutePath.check(Objects.requireNonNullElse(draft.path(), ""));
            var wanted = Optional.ofNullable(draft.content()).map(content -> file(path, new Draft(content, null)));
            if (changes.put(path, wanted) != null) {
                throw new Invalid("changing route files: " + path + " is there twice");
            }
            var hash = draft.hash();
            conditions.put(
                    path,
                    hash == null
                            ? new RouteFiles.Condition(null, wanted.isPresent())
                            : new RouteFiles.Condition(List.of("\"" + hash + "\""), false));
        }
        files.change(new Changes(changes), conditions, edit(drafts.note(), request));
        var numbers = versions.numbers();
        var items = new ArrayList<RouteFileView>();
        for (var path : changes.keySet()) {
            if (changes.get(path).isPresent()) {
                items.add(view(path, numbers, false));
            }
        }
        return new Files(properties.editable(), items);
    }

    private static List<FileDraft> checked(Drafts drafts) {
        var files = drafts.files();
        if (files == null || files.isEmpty() || files.size() > MAX_TOGETHER) {
            throw new Invalid("changing route files: files must have 1 to " + MAX_TOGETHER + " items");
        }
        return files;
    }

    @Operation(summary = "Removes a route file and its routes")
    @ApiResponse(responseCode = "204", description = "The file is gone")
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETag of the content that is removed",
            schema = @Schema(type = "string"))
    @DeleteMapping("/{folder}/{file}")
    ResponseEntity<Void> delete(
            @PathVariable String folder,
            @PathVariable String file,
            @RequestParam(defaultValue = "") String note,
            HttpServletRequest request)
            throws IOException, RouteFiles.Bad {
        checkEditable();
        files.delete(path(folder, file), condition(request), edit(note, request));
        return ResponseEntity.noContent().build();
    }

    @Operation(summary = "Says what would be wrong with a content; nothing of it is kept")
    @PostMapping(path = "/{folder}/{file}/validate", consumes = MediaType.APPLICATION_JSON_VALUE)
    Findings validate(@PathVariable String folder, @PathVariable String file, @RequestBody Draft draft) {
        // it compiles a draft, runs its configure() and makes its beans
        Editing.check(properties, "validating route file");
        return new Findings(files.validate(file(path(folder, file), draft)));
    }

    @Operation(
            summary =
                    "Runs the tests beside a route, apart from what runs here; with drafts of either instead of the files")
    @PostMapping(path = "/{folder}/{file}/test", consumes = MediaType.APPLICATION_JSON_VALUE)
    TestResults test(@PathVariable String folder, @PathVariable String file, @RequestBody TestDraft draft) {
        if (draft.content() != null || draft.test() != null) {
            Editing.check(properties, "testing a draft of route file");
        }
        var path = path(folder, file);
        var test = TestedFiles.testOf(path);
        var drafts = new HashMap<String, byte[]>();
        if (draft.content() != null) {
            drafts.put(path, file(path, new Draft(draft.content(), null)).content());
        }
        if (draft.test() != null) {
            drafts.put(test, file(test, new Draft(draft.test(), null)).content());
        }
        var results = tester.test(new TestedFiles(properties.directory(), drafts), test);
        return new TestResults(
                results.stream().allMatch(CaseResult::passed),
                results.stream().map(each -> each.masked(secrets)).toList());
    }

    @Operation(summary = "Lists the contents that a route file had, newest first")
    @GetMapping("/{folder}/{file}/versions")
    VersionList versions(
            @PathVariable String folder, @PathVariable String file, @RequestParam(defaultValue = "50") int limit) {
        if (limit < 1 || limit > MAX_VERSIONS) {
            throw new Invalid("listing versions: limit must be 1 to " + MAX_VERSIONS);
        }
        return new VersionList(versions.list(path(folder, file), limit));
    }

    @Operation(summary = "Shows a content that a route file had")
    @GetMapping("/{folder}/{file}/versions/{version}")
    Version version(@PathVariable String folder, @PathVariable String file, @PathVariable("version") int number) {
        return versions.find(path(folder, file), number);
    }

    @Operation(summary = "Makes an older content the file again")
    @Parameter(
            name = HttpHeaders.IF_MATCH,
            in = ParameterIn.HEADER,
            description = "ETag of the content that is replaced",
            schema = @Schema(type = "string"))
    @PostMapping(path = "/{folder}/{file}/rollback", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<RouteFileView> rollback(
            @PathVariable String folder,
            @PathVariable String file,
            @RequestBody Rollback wanted,
            HttpServletRequest request)
            throws IOException, RouteFiles.Bad {
        checkEditable();
        if (wanted.version() == null) {
            throw new Invalid("rolling back " + path(folder, file) + ": version is missing");
        }
        var old = versions.find(path(folder, file), wanted.version());
        if (old.content() == null) {
            throw new NotFound(
                    "rolling back " + path(folder, file) + ": in version " + wanted.version() + " it was removed");
        }
        var note = wanted.note() == null || wanted.note().isBlank() ? "back to " + old.number() : wanted.note();
        return put(folder, file, new Draft(old.content(), note), request);
    }

    /** The findings go as they are, for editors to show at their lines. */
    @ExceptionHandler
    void refused(RouteFiles.Bad bad, HttpServletRequest request, HttpServletResponse response) {
        var detail = "changing route file: " + said(bad.findings()) + "; nothing was changed";
        problems.write(request, response, Problem.of(422, "bad-route", detail).withMore("findings", bad.findings()));
    }

    /** The first error in full. */
    private static String said(List<Finding> findings) {
        var errors = findings.stream()
                .filter(each -> each.severity() == Severity.ERROR)
                .toList();
        return errors.stream()
                .findFirst()
                .map(first -> "line " + first.line() + ": " + first.message()
                        + (errors.size() > 1 ? ", and " + (errors.size() - 1) + " more" : ""))
                .orElse("other files need it");
    }

    private RouteFileView view(String path, Map<String, Map<String, Integer>> numbers, boolean whole)
            throws IOException {
        var found = onDisk.read(path);
        var hash = found.map(file -> Hash.of(file.content())).orElse("");
        var now = reloader.files().get(path);
        var refused = reloader.refused().get(path);
        var isRefused = refused != null && refused.file().equals(found);
        RouteFileView.Running running = null;
        if (now != null) {
            var runningHash = Hash.of(now.content());
            running = new RouteFileView.Running(
                    runningHash, numbers.getOrDefault(path, Map.of()).get(runningHash));
        }
        var state = running != null && running.hash().equals(hash)
                ? RouteFileView.State.LIVE
                : isRefused ? RouteFileView.State.REFUSED : RouteFileView.State.WAITING;
        return new RouteFileView(
                path,
                hash,
                state,
                running,
                isRefused ? Objects.requireNonNull(refused).findings() : List.of(),
                isRefused ? Objects.requireNonNull(refused).at() : null,
                whole
                        ? found.map(file -> new String(file.content(), StandardCharsets.UTF_8))
                                .orElse(null)
                        : null);
    }

    private void checkEditable() {
        Editing.check(properties, "changing route file");
    }

    private static String path(String folder, String file) {
        return RoutePath.check(folder.equals(RouteFilePaths.NO_FOLDER) ? file : folder + "/" + file);
    }

    private static RouteFile file(String path, Draft draft) {
        if (draft.content() == null) {
            throw new Invalid("reading route file " + path + ": content is missing");
        }
        var content = draft.content().getBytes(StandardCharsets.UTF_8);
        if (content.length > RouteFolder.MAX_BYTES) {
            throw new Invalid("reading route file " + path + ": it is larger than " + RouteFolder.MAX_BYTES + " bytes");
        }
        return new RouteFile(path, content);
    }

    private static RouteFiles.Condition condition(HttpServletRequest request) {
        var headers = new HttpHeaders();
        request.getHeaders(HttpHeaders.IF_MATCH)
                .asIterator()
                .forEachRemaining(each -> headers.add(HttpHeaders.IF_MATCH, each));
        var absent = "*".equals(request.getHeader(HttpHeaders.IF_NONE_MATCH));
        try {
            return new RouteFiles.Condition(
                    request.getHeader(HttpHeaders.IF_MATCH) == null ? null : headers.getIfMatch(), absent);
        } catch (IllegalArgumentException malformed) {
            return new RouteFiles.Condition(List.of(), absent);
        }
    }

    private static RouteFiles.Edit edit(@Nullable String note, HttpServletRequest request) {
        var text = note == null ? "" : note.strip().replaceAll("\\p{Cntrl}", " ");
        if (text.length() > MAX_NOTE) {
            throw new Invalid("changing route file: note has more than " + MAX_NOTE + " characters");
        }
        return new RouteFiles.Edit(request.getRemoteUser() == null ? "local" : request.getRemoteUser(), text);
    }
}
