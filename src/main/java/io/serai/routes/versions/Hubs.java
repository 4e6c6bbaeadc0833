// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.versions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.reload.Hash;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Tells other hubs on the same database which files this one runs, and reads what they tell. */
public final class Hubs {

    /**
     * A hub and what it runs.
     *
     * @param seenAt by the database's clock
     * @param files hash by path
     */
    public record Hub(String name, Instant seenAt, Map<String, String> files) {}

    private static final String UPDATE =
            "UPDATE route_hub SET seen_at = CURRENT_TIMESTAMP, files = :files WHERE name = :name";
    private static final String INSERT =
            "INSERT INTO route_hub (name, seen_at, files) VALUES (:name, CURRENT_TIMESTAMP, :files)";
    private static final String FORGET =
            "DELETE FROM route_hub WHERE seen_at < CURRENT_TIMESTAMP - INTERVAL '1' MINUTE";
    private static final String WITHDRAW = "DELETE FROM route_hub WHERE name = :name";
    private static final String SELECT = "SELECT name, seen_at, files FROM route_hub ORDER BY name";
    private static final TypeReference<Map<String, String>> FILES = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final String name;

    Hubs(JdbcClient jdbc, ObjectMapper json, String name) {
        this.jdbc = jdbc;
        this.json = json;
        this.name = name;
    }

    public String ownName() {
        return name;
    }

    void tell(Collection<RouteFile> running) {
        var files = new TreeMap<String, String>();
        running.forEach(file -> files.put(file.path(), Hash.of(file.content())));
        try {
            var text = json.writeValueAsString(files);
            if (jdbc.sql(UPDATE).param("name", name).param("files", text).update() == 0) {
                jdbc.sql(INSERT).param("name", name).param("files", text).update();
            }
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("writing files of this hub", impossible);
        }
        jdbc.sql(FORGET).update();
    }

    void withdraw() {
        jdbc.sql(WITHDRAW).param("name", name).update();
    }

    /** Those that were there within the last minute, this one among them. */
    public List<Hub> list() {
        return jdbc.sql(SELECT)
                .query((row, number) -> {
                    try {
                        return new Hub(
                                row.getString("name"),
                                row.getObject("seen_at", OffsetDateTime.class).toInstant(),
                                json.readValue(row.getString("files"), FILES));
                    } catch (JsonProcessingException damaged) {
                        throw new IllegalStateException("reading files of a hub", damaged);
                    }
                })
                .list();
    }
}
