// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.Severity;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** How findings are written; named as people type it. */
@SuppressWarnings("MemberName")
enum Format {
    human {
        @Override
        String text(List<Finding> findings, int files) {
            var text = new StringBuilder();
            for (var each : findings) {
                text.append("%s:%d:%d: %s %s: %s%n"
                        .formatted(each.file(), each.line(), each.column(), level(each), each.rule(), each.message()));
                if (each.hint() != null) {
                    text.append("    ").append(each.hint()).append(System.lineSeparator());
                }
            }
            var errors = findings.stream()
                    .filter(each -> each.severity() == Severity.ERROR)
                    .count();
            return text + "%d errors, %d warnings in %d files%n".formatted(errors, findings.size() - errors, files);
        }
    },

    json {
        @Override
        String text(List<Finding> findings, int files) throws JsonProcessingException {
            return json().writeValueAsString(findings) + System.lineSeparator();
        }
    },

    /** Static Analysis Results Interchange Format, which code hosts show beside the line. */
    sarif {
        @Override
        String text(List<Finding> findings, int files) throws JsonProcessingException {
            var rules = findings.stream()
                    .map(Finding::rule)
                    .distinct()
                    .sorted()
                    .map(rule -> Map.of("id", rule))
                    .toList();
            var results = findings.stream().map(Format::sarifResult).toList();
            var tool = Map.of("driver", Map.of("name", "serai lint", "rules", rules));
            var log = new LinkedHashMap<String, Object>();
            log.put("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            log.put("version", "2.1.0");
            log.put("runs", List.of(Map.of("tool", tool, "results", results)));
            return json().writeValueAsString(log) + System.lineSeparator();
        }
    },

    /** A test for each file with findings, which fails for errors. */
    junit {
        @Override
        String text(List<Finding> findings, int files) throws XMLStreamException {
            var byFile = new TreeMap<String, List<Finding>>();
            findings.forEach(each -> byFile.computeIfAbsent(each.file(), key -> new ArrayList<>())
                    .add(each));
            var failed = byFile.values().stream().filter(Format::hasErrors).count();
            var text = new StringWriter();
            var xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "serai lint");
            xml.writeAttribute("tests", String.valueOf(Math.max(files, byFile.size())));
            xml.writeAttribute("failures", String.valueOf(failed));
            for (var file : byFile.entrySet()) {
                writeCase(file.getKey(), file.getValue(), xml);
            }
            for (int clean = byFile.size(); clean < files; clean++) {
                xml.writeEmptyElement("testcase");
                xml.writeAttribute("classname", "serai lint");
                xml.writeAttribute("name", "file without findings " + (clean - byFile.size() + 1));
            }
            xml.writeEndElement();
            xml.writeEndDocument();
            return text + System.lineSeparator();
        }
    };

    /** Made only where it is asked for: it takes longer than to lint a file. */
    private static ObjectMapper json() {
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    }

    abstract String text(List<Finding> findings, int files) throws JsonProcessingException, XMLStreamException;

    void print(List<Finding> findings, int files, PrintWriter out) {
        try {
            out.print(text(findings, files));
        } catch (JsonProcessingException | XMLStreamException impossible) {
            throw new IllegalStateException("writing findings as " + this, impossible);
        }
    }

    private static String level(Finding finding) {
        return finding.severity().name().toLowerCase(Locale.ROOT);
    }

    private static boolean hasErrors(List<Finding> findings) {
        return findings.stream().anyMatch(each -> each.severity() == Severity.ERROR);
    }

    private static Map<String, Object> sarifResult(Finding each) {
        var text = each.hint() == null ? each.message() : each.message() + " (" + each.hint() + ")";
        var region = Map.of("startLine", each.line(), "startColumn", each.column());
        var place = Map.of("artifactLocation", Map.of("uri", each.file()), "region", region);
        return Map.of(
                "ruleId",
                each.rule(),
                "level",
                level(each),
                "message",
                Map.of("text", text),
                "locations",
                List.of(Map.of("physicalLocation", place)));
    }

    private static void writeCase(String file, List<Finding> findings, XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", "serai lint");
        xml.writeAttribute("name", file);
        for (var each : findings) {
            if (each.severity() == Severity.ERROR) {
                xml.writeStartElement("failure");
                xml.writeAttribute("type", each.rule());
                xml.writeAttribute("message", each.line() + ":" + each.column() + " " + each.message());
                xml.writeCharacters(each.hint() == null ? "" : each.hint());
                xml.writeEndElement();
            }
        }
        xml.writeEndElement();
    }
}
