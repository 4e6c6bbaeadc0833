// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.core.io.ByteArrayResource;

/** config/application.yaml says the truth about the keys there are. */
class ConfigurationFileTest {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{(serai\\.[a-z0-9.-]+):([^}]*)}}");

    @Test
    void everyKeyIsListedWithItsDefault() throws IOException {
        var known = new TreeMap<String, String>();
        try (var metadata = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            StreamSupport.stream(
                            new ObjectMapper()
                                    .readTree(metadata)
                                    .path("properties")
                                    .spliterator(),
                            false)
                    .filter(property -> property.path("name").asText().startsWith("serai."))
                    .forEach(
                            property -> known.put(property.path("name").asText(), text(property.path("defaultValue"))));
        }
        known.putAll(keysOfRoutes());
        var listed = listed();

        assertThat(new TreeSet<>(listed.stringPropertyNames())).containsExactlyElementsOf(known.keySet());
        known.forEach((name, value) -> {
            if (!value.isEmpty()) {
                assertThat(listed.getProperty(name)).as(name).isEqualTo(value);
            }
        });
    }

    /** What routes read themselves, with a default in place: {{serai.stock.threshold:10}}. */
    private static Map<String, String> keysOfRoutes() throws IOException {
        var keys = new TreeMap<String, String>();
        try (var files = Files.walk(Path.of("routes"))) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                PLACEHOLDER
                        .matcher(Files.readString(file))
                        .results()
                        .forEach(found -> assertThat(keys.put(found.group(1), found.group(2)))
                                .as("default of " + found.group(1) + " in " + file)
                                .isIn(null, found.group(2)));
            }
        }
        return keys;
    }

    private static String text(JsonNode value) {
        return value.isArray()
                ? StreamSupport.stream(value.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(","))
                : value.asText("").replaceAll("[\\[\\] ]", "");
    }

    /** The file as it would be with every default switched on. */
    private static Properties listed() throws IOException {
        var text = Files.readString(Path.of("config/application.yaml"))
                .replaceAll("(?m)^# [A-Z].*$", "")
                .replaceAll("(?m)^#", "");
        var yaml = new YamlPropertiesFactoryBean();
        yaml.setResources(
                new ByteArrayResource(text.replaceAll("\\$\\{.*}", "x").getBytes(StandardCharsets.UTF_8)));
        var all = yaml.getObject();
        var own = new Properties();
        if (all != null) {
            new TreeMap<>(all).forEach((name, value) -> {
                if (name.toString().startsWith("serai.")) {
                    // a list is one key, and so is a map
                    var key = name.toString()
                            .replaceAll("\\[\\d+]$", "")
                            .replaceAll("(\\.policies|\\.search-keys)\\..*", "$1");
                    own.merge(key, value.toString(), (a, b) -> a + "," + b);
                }
            });
        }
        return own;
    }
}
