// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.serai.routes.test.CaseResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;

/** How the results of tests are written; named as people type it. */
@SuppressWarnings("MemberName")
enum TestFormat {
    human {
        @Override
        String text(List<CaseResult> results) {
            var text = new StringBuilder();
            for (var each : results) {
                text.append("%s %s: %s (%d ms)%n"
                        .formatted(
                                each.passed() ? "ok  " : "FAIL",
                                each.file(),
                                each.name(),
                                each.took().toMillis()));
                each.problems()
                        .forEach(problem -> text.append("     ")
                                .append(problem.replace("\n", "\n     "))
                                .append(System.lineSeparator()));
            }
            var failed = results.stream().filter(each -> !each.passed()).count();
            return text + "%d passed, %d failed%n".formatted(results.size() - failed, failed);
        }
    },

    json {
        @Override
        String text(List<CaseResult> results) throws JsonProcessingException {
            return json().writeValueAsString(
                                    results.stream().map(TestFormat::shown).toList())
                    + System.lineSeparator();
        }
    },

    junit {
        @Override
        String text(List<CaseResult> results) throws XMLStreamException {
            var text = new StringWriter();
            var xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "serai test");
            xml.writeAttribute("tests", String.valueOf(results.size()));
            xml.writeAttribute(
                    "failures",
                    String.valueOf(
                            results.stream().filter(each -> !each.passed()).count()));
            for (var each : results) {
                xml.writeStartElement("testcase");
                xml.writeAttribute("classname", each.file());
                xml.writeAttribute("name", each.name());
                xml.writeAttribute("time", String.valueOf(each.took().toMillis() / 1000.0));
                for (var problem : each.problems()) {
                    xml.writeStartElement("failure");
                    xml.writeAttribute("message", problem.lines().findFirst().orElse(""));
                    xml.writeCharacters(problem);
                    xml.writeEndElement();
                }
                xml.writeEndElement();
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

    abstract String text(List<CaseResult> results) throws JsonProcessingException, XMLStreamException;

    void print(List<CaseResult> results, PrintWriter out) {
        try {
            out.print(text(results));
        } catch (JsonProcessingException | XMLStreamException impossible) {
            throw new IllegalStateException("writing results as " + this, impossible);
        }
    }

    private static Map<String, Object> shown(CaseResult each) {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("file", each.file());
        shown.put("name", each.name());
        shown.put("passed", each.passed());
        shown.put("problems", each.problems());
        shown.put("millis", each.took().toMillis());
        return shown;
    }
}
