// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.apache.camel.tooling.model.ComponentModel;
import org.jspecify.annotations.Nullable;

/**
 * Components, languages and data formats: those that Camel knows, those that this hub has, and the hub's own.
 *
 * <p>Thread-safe. Reads the class path only.
 */
public final class Catalogue {

    static final Set<String> LANGUAGES = Set.of(
            "simple",
            "csimple",
            "datasonnet",
            "groovy",
            "hl7terser",
            "java",
            "joor",
            "jq",
            "js",
            "jsonpath",
            "mvel",
            "ognl",
            "python",
            "spel",
            "tokenize",
            "wasm",
            "xpath",
            "xquery",
            "xtokenize");

    /** The library that Camel takes where none is named. */
    private static final Map<String, String> USUAL = Map.of("json", "jackson");

    private static final String SERVICES = "META-INF/services/org/apache/camel/";

    private final CamelCatalog camel = new DefaultCamelCatalog(true);
    private final ClassLoader classes = Catalogue.class.getClassLoader();
    private final ConcurrentMap<String, Optional<ComponentModel>> components = new ConcurrentHashMap<>();

    /** Names of all components that this hub could use, whether it has them or not. */
    public Set<String> schemes() {
        var names = new TreeSet<>(camel.findComponentNames());
        names.addAll(Own.SCHEMES);
        return names;
    }

    /** The description of a component as Camel's tools exchange it, JSON; empty where there is none of this name. */
    public Optional<String> description(String scheme) {
        if (!scheme.matches("[A-Za-z0-9][A-Za-z0-9+.-]{0,99}")) {
            return Optional.empty();
        }
        return Optional.ofNullable(camel.componentJSonSchema(scheme)).or(() -> described(scheme));
    }

    /** Whether a route of this hub can use the component. */
    public boolean hasComponent(String scheme) {
        return has("component/" + scheme);
    }

    Optional<ComponentModel> component(String scheme) {
        return components.computeIfAbsent(scheme, name -> {
            var known = description(name);
            if (camel.componentJSonSchema(name) == null) {
                // a component of the hub's, or one that somebody added
                known.ifPresent(json -> camel.addComponent(name, javaType(name).orElse(""), json));
            }
            return known.map(json -> camel.componentModel(name));
        });
    }

    boolean hasLanguage(String name) {
        return has("language/" + (name.equals("java") ? "joor" : name));
    }

    /**
     * Implementations that a name of the DSL stands for.
     *
     * @param library which one is meant; null for the usual one, or for any where none is the usual one
     */
    List<String> dataFormats(String name, @Nullable String library) {
        var known = camel.findDataFormatNames().stream()
                .filter(each -> each.equals(name)
                        || name.equals(camel.dataFormatModel(each).getModelName()))
                .toList();
        var wanted = library == null ? USUAL.getOrDefault(name, name) : library;
        var meant = known.stream()
                .filter(each -> each.equalsIgnoreCase(wanted) || each.equalsIgnoreCase(name + wanted))
                .toList();
        return meant.isEmpty() ? known : meant;
    }

    boolean hasDataFormat(String implementation) {
        return has("dataformat/" + implementation);
    }

    CamelCatalog camel() {
        return camel;
    }

    /** What adds it to the hub. */
    static String remedy(@Nullable String artifact) {
        return artifact == null
                ? "add the jar that brings it to lib/"
                : "add " + artifact + " " + CamelSchema.VERSION + ".0 and what it needs to lib/";
    }

    private Optional<String> described(String scheme) {
        return javaType(scheme).flatMap(type -> {
            var folder = type.substring(0, type.lastIndexOf('.') + 1).replace('.', '/');
            return read("META-INF/" + folder + scheme + ".json");
        });
    }

    private Optional<String> javaType(String scheme) {
        return read(SERVICES + "component/" + scheme).flatMap(text -> {
            var properties = new Properties();
            try {
                properties.load(new java.io.StringReader(text));
            } catch (IOException | IllegalArgumentException unreadable) {
                return Optional.empty();
            }
            return Optional.ofNullable(properties.getProperty("class"));
        });
    }

    private Optional<String> read(String resource) {
        try (InputStream in = classes.getResourceAsStream(resource)) {
            return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("reading " + resource, unreadable);
        }
    }

    private boolean has(String service) {
        return classes.getResource(SERVICES + service) != null;
    }

    List<String> languages() {
        return Collections.unmodifiableList(camel.findLanguageNames());
    }

    /** The hub's own components. */
    private static final class Own {

        private static final Set<String> SCHEMES = Set.of("event", "failure");
    }
}
