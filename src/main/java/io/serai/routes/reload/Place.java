// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.FailedToStartRouteException;

/** Finds the line of a file that an exception of Camel means, from what it says. */
final class Place {

    private static final Pattern JAVA = Pattern.compile("\\.java:(\\d+): error: ([^\\n]*)(?:\\n[^\\n]*\\n( *)\\^)?");
    private static final Pattern MARK = Pattern.compile("line (\\d+), column (\\d+)");
    private static final Pattern STEP = Pattern.compile(">>> (.*) <<< in route", Pattern.DOTALL);
    private static final Pattern QUOTED = Pattern.compile("[A-Za-z][\\w.+-]*:[^\\s,\\]?]*|\\{\\{[^}]+}}|#?[\\w.-]{3,}");
    private static final Pattern ENDPOINT = Pattern.compile("[A-Za-z][\\w.+-]*:.+");
    private static final Pattern ENTRY = Pattern.compile("\\b(uri|from): *\\S");
    private static final int MAX_MESSAGE = 500;

    /** The rule of what only a start has told. */
    static final String START = "start";

    private Place() {}

    static Broken of(Unit unit, Throwable thrown) {
        var root = causes(thrown).reduce((outer, inner) -> inner).orElse(thrown);
        var said = causes(thrown)
                .map(Throwable::getMessage)
                .filter(Objects::nonNull)
                .collect(Collectors.joining("\n"));
        var compiled = JAVA.matcher(said);
        if (unit.kind() == Kind.JAVA && compiled.find()) {
            int column = compiled.group(3) == null ? 1 : compiled.group(3).length() + 1;
            return Broken.at(
                    unit.path(), Integer.parseInt(compiled.group(1)), column, "java", compiled.group(2), thrown);
        }
        var own = ownLine(unit, thrown);
        if (own > 0) {
            return Broken.at(unit.path(), own, 1, rule(thrown), message(root), thrown);
        }
        var mark = MARK.matcher(said);
        if (unit.isYaml() && mark.find()) {
            return Broken.at(
                    unit.path(),
                    Integer.parseInt(mark.group(1)),
                    Integer.parseInt(mark.group(2)),
                    rule(thrown),
                    message(root),
                    thrown);
        }
        return Broken.at(unit.path(), line(unit, said, root, isStart(thrown)), 1, rule(thrown), message(root), thrown);
    }

    /** The line of a Java file that threw, or called what threw; 0 where none did. */
    private static int ownLine(Unit unit, Throwable thrown) {
        var name = unit.path().substring(unit.path().lastIndexOf('/') + 1);
        return unit.kind() != Kind.JAVA
                ? 0
                : causes(thrown)
                        .flatMap(each -> Arrays.stream(each.getStackTrace())
                                .filter(frame -> name.equals(frame.getFileName()))
                                .limit(1))
                        .reduce((outer, inner) -> inner)
                        .map(StackTraceElement::getLineNumber)
                        .orElse(0);
    }

    private static boolean isStart(Throwable thrown) {
        return causes(thrown).anyMatch(FailedToStartRouteException.class::isInstance);
    }

    private static String rule(Throwable thrown) {
        if (isStart(thrown)) {
            return START;
        }
        return causes(thrown).anyMatch(FailedToCreateRouteException.class::isInstance) ? "preflight" : "load";
    }

    /**
     * The line that a word of the step or of the reason is the value of; else, holds one that stands in the text once.
     * Where the start fails it is what the route reads from, unless the reason names another endpoint.
     */
    private static int line(Unit unit, String said, Throwable root, boolean isStart) {
        var step = STEP.matcher(said);
        var hints = Stream.concat(
                        step.find() ? words(step.group(1)) : Stream.empty(), words(String.valueOf(root.getMessage())))
                .filter(hint -> !isStart || ENDPOINT.matcher(hint).matches())
                .toList();
        return hints.stream()
                .map(hint -> only(unit, line -> line.strip().endsWith(": " + hint)))
                .filter(line -> line > 0)
                .findFirst()
                .or(() -> hints.stream()
                        .map(hint -> only(unit, line -> Fingerprints.mentions(line, hint)))
                        .filter(line -> line > 0)
                        .findFirst())
                .orElseGet(() -> isStart ? entryLine(unit) : unit.line());
    }

    /** What the route reads from; where that is not to be seen, its beginning. */
    private static int entryLine(Unit unit) {
        var lines = unit.text().split("\n", -1);
        return IntStream.range(unit.line() - 1, lines.length)
                .filter(number -> ENTRY.matcher(lines[number]).find())
                .map(number -> number + 1)
                .findFirst()
                .orElse(unit.line());
    }

    /** The number of the only line of the unit that fits, or 0. */
    private static int only(Unit unit, Predicate<String> fits) {
        var lines = unit.text().split("\n", -1);
        var found = IntStream.range(unit.line() - 1, lines.length)
                .filter(number -> fits.test(lines[number]))
                .limit(2)
                .toArray();
        return found.length == 1 ? found[0] + 1 : 0;
    }

    private static Stream<String> words(String text) {
        return QUOTED.matcher(text.length() > 2_000 ? text.substring(0, 2_000) : text)
                .results()
                .map(found -> found.group().replaceAll("^\\{\\{|}}$", "").replaceFirst("://", ":"));
    }

    private static String message(Throwable root) {
        var text = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        var line = text.replaceAll("\\s+", " ").strip();
        return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) : line;
    }

    private static Stream<Throwable> causes(Throwable thrown) {
        return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).limit(20);
    }
}
