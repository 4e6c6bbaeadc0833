// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.versions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.NotFound;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.reload.Hash;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Stores the versions of route files. One content is stored once while it is the newest, however many hubs apply it. */
public final class Versions {

    private static final String COLUMNS = "path, number, hash, author, note, at, result, findings";
    private static final String SELECT_NEWEST = "SELECT number, hash, result FROM route_version v WHERE path = :path"
            + " AND number = (SELECT MAX(number) FROM route_version WHERE path = :path)";
    private static final String INSERT = """
            INSERT INTO route_version (path, number, hash, content, author, note, at, result, findings)
            VALUES (:path, :number, :hash, :content, :author, :note, CURRENT_TIMESTAMP, :result, :findings)
            """;
    private static final String SELECT_LAST_GOOD = """
            SELECT path, content FROM route_version v WHERE result = 'LIVE' AND number = (
                SELECT MAX(number) FROM route_version WHERE path = v.path AND result <> 'REFUSED')
            """;
    private static final String SELECT_NEWEST_NUMBERS =
            "SELECT path, hash, MAX(number) AS number FROM route_version WHERE result = 'LIVE' GROUP BY path, hash";
    private static final String SELECT_ALL =
            "SELECT " + COLUMNS + " FROM route_version WHERE path = :path ORDER BY number DESC LIMIT :limit";
    private static final String SELECT_ONE =
            "SELECT " + COLUMNS + ", content FROM route_version WHERE path = :path AND number = :number";
    private static final int TRIES = 5;
    private static final TypeReference<List<Finding>> FINDINGS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final ObjectMapper json;

    Versions(JdbcClient jdbc, ObjectMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * Stores a content, unless it is the newest of its path with the same result.
     *
     * @param file empty where it was removed
     * @return its number
     */
    int add(
            String path,
            Optional<RouteFile> file,
            Version.Result result,
            List<Finding> findings,
            String author,
            String note) {
        var hash = file.map(each -> Hash.of(each.content())).orElse("");
        for (int attempt = 1; ; attempt++) {
            var newest = jdbc.sql(SELECT_NEWEST)
                    .param("path", path)
                    .query((row, number) ->
                            new Newest(row.getInt("number"), row.getString("hash") + row.getString("result")))
                    .optional();
            if (newest.isPresent() && newest.get().what().equals(hash + result.name())) {
                return newest.get().number();
            }
            var number = newest.map(Newest::number).orElse(0) + 1;
            try {
                jdbc.sql(INSERT)
                        .param("path", path)
                        .param("number", number)
                        .param("hash", hash)
                        .param("content", file.map(RouteFile::content).orElse(null))
                        .param("author", author)
                        .param("note", note)
                        .param("result", result.name())
                        .param("findings", json.writeValueAsString(findings))
                        .update();
                return number;
            } catch (DuplicateKeyException anotherHub) {
                if (attempt == TRIES) {
                    throw anotherHub;
                }
            } catch (JsonProcessingException impossible) {
                throw new IllegalStateException("writing findings of " + path, impossible);
            }
        }
    }

    private record Newest(int number, String what) {}

    /** The content of each file that ran last, without those removed since. */
    Map<String, RouteFile> lastGood() {
        return jdbc
                .sql(SELECT_LAST_GOOD)
                .query((row, number) -> new RouteFile(row.getString("path"), row.getBytes("content")))
                .list()
                .stream()
                .collect(Collectors.toMap(RouteFile::path, Function.identity()));
    }

    /** The numbers of contents that ran, by path and hash. */
    public Map<String, Map<String, Integer>> numbers() {
        record Known(String path, String hash, int number) {}
        return jdbc
                .sql(SELECT_NEWEST_NUMBERS)
                .query((row, number) -> new Known(row.getString("path"), row.getString("hash"), row.getInt("number")))
                .list()
                .stream()
                .collect(Collectors.groupingBy(Known::path, Collectors.toMap(Known::hash, Known::number)));
    }

    /** Newest first, without contents. */
    public List<Version> list(String path, int limit) {
        return jdbc.sql(SELECT_ALL)
                .param("path", path)
                .param("limit", limit)
                .query((row, number) -> version(row, null))
                .list();
    }

    /**
     * One version, with its content.
     *
     * @throws NotFound where there is none of this number
     */
    public Version find(String path, int number) {
        return jdbc.sql(SELECT_ONE)
                .param("path", path)
                .param("number", number)
                .query((row, at) -> version(row, row.getBytes("content")))
                .optional()
                .orElseThrow(() -> new NotFound("finding version " + number + " of " + path + ": there is none"));
    }

    private Version version(ResultSet row, byte @Nullable [] content) throws SQLException {
        try {
            return new Version(
                    row.getString("path"),
                    row.getInt("number"),
                    row.getString("hash"),
                    row.getString("author"),
                    row.getString("note"),
                    row.getObject("at", OffsetDateTime.class).toInstant(),
                    Version.Result.valueOf(row.getString("result").toUpperCase(Locale.ROOT)),
                    json.readValue(row.getString("findings"), FINDINGS),
                    content == null ? null : new String(content, StandardCharsets.UTF_8));
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("reading findings of a version", damaged);
        }
    }
}
