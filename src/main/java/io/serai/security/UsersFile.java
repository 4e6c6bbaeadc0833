// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * A file of users ({@code serai.security.users-file}): YAML, a list of the same shape as {@code serai.security.users}.
 *
 * <pre>{@code
 * - name: ann
 *   password: $2b$10$...
 *   roles: [operator]
 * }</pre>
 *
 * <p>Up to 1 MB. Refusals name file and line and quote nothing of the file, which holds hashes, and by mistake passwords.
 */
final class UsersFile {

    private static final Logger LOG = LoggerFactory.getLogger(UsersFile.class);
    private static final int MOST_BYTES = 1_000_000;
    private static final Set<String> FIELDS = Set.of("name", "password", "roles");
    private static final String SHAPE =
            "Write a list of users, each with name, password (a bcrypt hash) and roles;" + " [] is a list of none.";
    private static final Set<PosixFilePermission> OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final Path path;

    UsersFile(Path path) {
        this.path = path;
    }

    /** @throws StartRefused when it cannot be read */
    String text() {
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new StartRefused("The users file " + path + " is larger than 1 MB.", SHAPE);
            }
            return Files.readString(path);
        } catch (CharacterCodingException notUtf8) {
            throw new StartRefused("The users file " + path + " is not UTF-8.", "Save it as UTF-8.");
        } catch (IOException unreadable) {
            throw new StartRefused(
                    "The users file " + path + " cannot be read ("
                            + unreadable.getClass().getSimpleName() + ").",
                    "Make it readable for the hub's user, or set serai.security.users-file to another file.");
        }
    }

    /** @throws StartRefused when the text is no list of users; an empty text is none, since it may be half written */
    List<Candidate> users(String text) {
        var root = root(text);
        if (!(root instanceof SequenceNode list)) {
            throw new StartRefused(place(root) + "no list of users.", SHAPE);
        }
        var users = new ArrayList<Candidate>();
        for (var each : list.getValue()) {
            users.add(new Candidate(place(each), user(each)));
        }
        return users;
    }

    /** Warns where others than its owner may read or change it. */
    void warnUnlessOwnersAlone() {
        var view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        try {
            if (view != null && !OWNER.containsAll(view.readAttributes().permissions())) {
                LOG.warn("users file: others than its owner may read or change {}; run chmod 600 on it", path);
            }
        } catch (IOException gone) {
            LOG.debug("users file: permissions unknown", gone);
        }
    }

    private @Nullable Node root(String text) {
        var options = new LoaderOptions();
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(10);
        try {
            return new Yaml(options).compose(new StringReader(text));
        } catch (MarkedYAMLException broken) {
            var mark = broken.getProblemMark() == null ? broken.getContextMark() : broken.getProblemMark();
            throw new StartRefused(place(mark == null ? 1 : mark.getLine() + 1) + "not YAML.", SHAPE);
        } catch (YAMLException broken) {
            throw new StartRefused(place(1) + "not YAML.", SHAPE);
        }
    }

    private AccessProperties.User user(Node node) {
        if (!(node instanceof MappingNode mapping)) {
            throw new StartRefused(place(node) + "not a user.", SHAPE);
        }
        var fields = new HashMap<String, Node>();
        for (var field : mapping.getValue()) {
            var key = field.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
            if (!FIELDS.contains(key)) {
                throw new StartRefused(place(field.getKeyNode()) + "not a field of a user.", SHAPE);
            }
            if (fields.put(key, field.getValueNode()) != null) {
                throw new StartRefused(place(field.getKeyNode()) + key + " is there twice.", SHAPE);
            }
        }
        return new AccessProperties.User(text(fields, "name"), text(fields, "password"), roles(fields.get("roles")));
    }

    private @Nullable String text(Map<String, Node> fields, String field) {
        var node = fields.get(field);
        return node == null ? null : scalar(node, field);
    }

    private List<String> roles(@Nullable Node node) {
        if (node instanceof SequenceNode list) {
            return list.getValue().stream().map(each -> scalar(each, "roles")).toList();
        }
        // as the configuration takes them, too: with commas
        return node == null ? List.of() : List.of(scalar(node, "roles").split(","));
    }

    private String scalar(Node node, String field) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw new StartRefused(place(node) + field + " is not text.", SHAPE);
    }

    private String place(@Nullable Node node) {
        return place(node == null ? 1 : node.getStartMark().getLine() + 1);
    }

    private String place(int line) {
        return "users file " + path + " line " + line + ": ";
    }
}
