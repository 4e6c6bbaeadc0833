// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.dynamic;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The text of one or more endpoint URIs in Simple, taken apart: what the route has written, and where in a URI the value
 * of each function comes to stand.
 *
 * @param isOpen whether a value decides about the scheme, or stands where a component reads a program
 */
record WrittenUri(List<Part> parts, boolean isOpen) {

    /** Where in a URI something stands. */
    enum Position {
        SCHEME,
        PATH,
        NAME,
        VALUE,
        RAW
    }

    /**
     * A piece of the text.
     *
     * @param isFunction whether it is a function of Simple whose value comes with the message
     * @param isFirst whether it begins the value of an option
     * @param scheme of the URI it stands in
     */
    record Part(String text, boolean isFunction, Position position, boolean isFirst, String scheme) {}

    /** Their values come from the hub and its operator, not from a message. */
    private static final Pattern OWN = Pattern.compile(
            "\\$(simple)?\\{(date:|properties:|env[:.]|sysenv[:.]|sys\\.|hostname|camelId|routeId|fromRouteId|threadName)[^$]*}");

    /** What stands behind these schemes is a program. */
    private static final Set<String> PROGRAMS = Set.of("language", "controlbus");

    boolean hasFunctions() {
        return parts.stream().anyMatch(Part::isFunction);
    }

    /**
     * Takes it apart.
     *
     * @param delimiter between URIs; null where there is one URI
     */
    static WrittenUri of(String text, @Nullable String delimiter) {
        return new Scan(text, delimiter).scan();
    }

    private static final class Scan {

        private final String text;
        private final @Nullable String delimiter;
        private final List<Part> parts = new ArrayList<>();
        private final StringBuilder scheme = new StringBuilder();
        private final StringBuilder value = new StringBuilder();
        private Position position = Position.SCHEME;
        private char rawEnd;
        private boolean isOpen;

        Scan(String text, @Nullable String delimiter) {
            this.text = text;
            this.delimiter = delimiter;
        }

        WrittenUri scan() {
            // whole programs may stand there
            isOpen = text.contains("$init{");
            for (var at = 0; at < text.length(); ) {
                var start = startOfFunction(at);
                if (start > 0) {
                    var end = endOfFunction(at + start);
                    function(text.substring(at, end));
                    at = end;
                } else {
                    at = literal(at);
                }
            }
            return new WrittenUri(List.copyOf(parts), isOpen);
        }

        /** The length of what opens a function here; 0 where none begins. */
        private int startOfFunction(int at) {
            if (at > 0 && text.charAt(at - 1) == '\\') {
                return 0;
            }
            return text.startsWith("${", at) ? 2 : text.startsWith("$simple{", at) ? 8 : 0;
        }

        private int endOfFunction(int from) {
            var depth = 1;
            var at = from;
            while (at < text.length() && depth > 0) {
                var start = startOfFunction(at);
                depth += start > 0 ? 1 : text.charAt(at) == '}' ? -1 : 0;
                at += Math.max(start, 1);
            }
            return at;
        }

        private void function(String function) {
            var isOwn = OWN.matcher(function).matches();
            if (position == Position.SCHEME && isOwn) {
                position = Position.PATH;
            }
            isOpen |= !isOwn
                    && (position == Position.SCHEME
                            || (position == Position.PATH
                                    && PROGRAMS.contains(scheme.toString().strip())));
            parts.add(new Part(
                    function,
                    !isOwn,
                    position,
                    value.isEmpty(),
                    scheme.toString().strip()));
            value.append(function);
        }

        /** Up to where the position changes or a function begins. */
        private int literal(int from) {
            var was = position;
            var isFirst = value.isEmpty();
            var of = scheme.toString().strip();
            var at = from;
            do {
                step(at);
                at++;
            } while (at < text.length() && position == was && startOfFunction(at) == 0);
            parts.add(new Part(text.substring(from, at), false, was, isFirst, of));
            return at;
        }

        private void step(int at) {
            var letter = text.charAt(at);
            if (position != Position.RAW && delimiter != null && text.startsWith(delimiter, at)) {
                position = Position.SCHEME;
                scheme.setLength(0);
                value.setLength(0);
                return;
            }
            switch (position) {
                case SCHEME -> {
                    if (letter == ':') {
                        position = Position.PATH;
                    } else {
                        scheme.append(letter);
                    }
                }
                case PATH -> position = letter == '?' ? Position.NAME : position;
                case NAME -> {
                    if (letter == '=') {
                        position = Position.VALUE;
                        value.setLength(0);
                    }
                }
                case VALUE -> {
                    if (letter == '&') {
                        position = Position.NAME;
                    } else if (value.toString().equals("RAW") && (letter == '(' || letter == '{')) {
                        position = Position.RAW;
                        rawEnd = letter == '(' ? ')' : '}';
                    } else {
                        value.append(letter);
                    }
                }
                case RAW -> position = letter == rawEnd ? Position.VALUE : position;
            }
        }
    }
}
