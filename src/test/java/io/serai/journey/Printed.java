// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Compares what a document prints with what a hub answers.
 *
 * <p>All must be equal but for: an id (UUID), which stands for one and the same id of the hub wherever the document prints
 * it; a time and a rate, which stand for any; and {@code …}, which stands for what is left out of a line, or for lines
 * where it is alone in one. Blanks at the ends of lines do not count.
 */
final class Printed {

    private static final String ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z";
    private static final String RATE = "(?<=\":)\\d+\\.\\d+(?=[,}])";
    private static final Pattern VARYING = Pattern.compile(
            "(?<id>%s)|(?<time>%s)|(?<rate>%s)|(?<lines>(?m:^…\n))|(?<rest>…)".formatted(ID, TIME, RATE));

    private final Map<String, String> ids = new HashMap<>();

    /** Whether that is what was printed; the ids in it are then known. */
    boolean matches(String printed, String answered) {
        var fresh = new ArrayList<String>();
        var answer = Pattern.compile(pattern(stripped(printed), fresh)).matcher(stripped(answered));
        if (!answer.matches()) {
            return false;
        }
        var found = new HashMap<>(ids);
        for (int i = 0; i < fresh.size(); i++) {
            found.put(fresh.get(i), answer.group(i + 1));
        }
        if (new HashSet<>(found.values()).size() < found.size()) {
            return false;
        }
        ids.putAll(found);
        return true;
    }

    private String pattern(String printed, List<String> fresh) {
        var pattern = new StringBuilder();
        var varying = VARYING.matcher(printed);
        int from = 0;
        while (varying.find()) {
            pattern.append(Pattern.quote(printed.substring(from, varying.start())));
            pattern.append(varying.group("id") == null ? any(varying) : id(varying.group(), fresh));
            from = varying.end();
        }
        return pattern.append(Pattern.quote(printed.substring(from))).toString();
    }

    private String id(String printed, List<String> fresh) {
        if (ids.containsKey(printed)) {
            return ids.get(printed);
        }
        if (!fresh.contains(printed)) {
            fresh.add(printed);
            return "(" + ID + ")";
        }
        return "(?:\\" + (fresh.indexOf(printed) + 1) + ")";
    }

    private static String any(Matcher varying) {
        if (varying.group("time") != null) {
            return TIME;
        } else if (varying.group("rate") != null) {
            return "\\d+\\.\\d+";
        }
        return varying.group("lines") != null ? "(?:[^\n]*\n)*?" : "[^\n]*";
    }

    private static String stripped(String text) {
        return text.replaceAll("[ \t\r]+(?=\n|$)", "").stripTrailing() + "\n";
    }
}
