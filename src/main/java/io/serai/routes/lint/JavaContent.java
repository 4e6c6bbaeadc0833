// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import io.serai.routes.lint.EndpointUse.Role;
import io.serai.routes.lint.Report.Place;
import io.serai.routes.lint.RouteContent.DataFormatUse;
import io.serai.routes.lint.RouteContent.Expression;
import io.serai.routes.lint.RouteContent.Named;
import io.serai.routes.lint.RouteContent.Recipients;
import io.serai.routes.lint.RouteContent.RouteUse;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.lang.model.element.VariableElement;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * Compiles Java routes in memory against the hub's class path, together, as Camel does at start; finds their routes and
 * endpoints where they are written as constants. Nothing is written, and nothing of them is run.
 */
final class JavaContent {

    private static final Map<String, Role> ENDPOINTS = Map.of(
            "from", Role.CONSUMER,
            "pollEnrich", Role.CONSUMER,
            "poll", Role.CONSUMER,
            "to", Role.PRODUCER,
            "toD", Role.PRODUCER,
            "wireTap", Role.PRODUCER,
            "enrich", Role.PRODUCER);

    private static final String CAMEL = "org.apache.camel.";

    /** Expressions of the Java DSL that are written as a text; all others are known when the hub runs. */
    private static final Set<String> LANGUAGES = Set.of("simple", "constant");

    /** What Camel resolves placeholders in beside URIs and expressions. */
    private static final Set<String> TEXTS =
            Set.of("log", "routeId", "setHeader", "setProperty", "setVariable", "header", "exchangeProperty");

    private static final Set<String> PARAMETERS =
            Set.of("templateParameter", "templateOptionalParameter", "templateBean");

    /** Stands for what is known only when the hub runs. */
    private static final String OPEN = "{{…}}";

    private JavaContent() {}

    /** Reads the files into {@code contents}, of which there is one for each. */
    static void read(Collection<RouteContent> contents, List<Finding> findings) {
        if (contents.isEmpty()) {
            return;
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            contents.forEach(content -> new Report(content.file().path(), findings)
                    .error(
                            Place.TOP,
                            "java",
                            "there is no Java compiler here",
                            "run the hub with a JDK, not with a JRE"));
            return;
        }
        var sources = contents.stream().map(Source::new).toList();
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var options = List.of("-proc:none", "-implicit:none", "-Xlint:none", "-nowarn", "-classpath", classPath());
        try (var files = compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            var task = (JavacTask) compiler.getTask(null, files, diagnostics, options, null, sources);
            var units = new ArrayList<CompilationUnitTree>();
            task.parse().forEach(units::add);
            task.analyze();
            var trees = Trees.instance(task);
            for (var unit : units) {
                // the compiler wraps the objects it was given
                var uri = unit.getSourceFile().toUri();
                sources.stream()
                        .filter(source -> source.toUri().equals(uri))
                        .findFirst()
                        .ifPresent(source -> {
                            new Calls(trees, unit, source.content).scan(unit, null);
                            new Builders(
                                            task,
                                            unit,
                                            new Report(source.content.file().path(), findings))
                                    .check(source.content.file().name());
                        });
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException("compiling Java routes", unreadable);
        }
        diagnostics.getDiagnostics().stream()
                .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                .forEach(each -> report(each, sources, findings));
    }

    private static void report(
            Diagnostic<? extends JavaFileObject> problem, List<Source> sources, List<Finding> findings) {
        var source = problem.getSource() instanceof Source known ? known : sources.get(0);
        var place = problem.getLineNumber() < 1
                ? Place.TOP
                : new Place((int) problem.getLineNumber(), (int) Math.max(1, problem.getColumnNumber()));
        var lines = problem.getMessage(Locale.ROOT)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        var details = String.join("; ", lines.subList(Math.min(1, lines.size()), lines.size()));
        new Report(source.content.file().path(), findings)
                .error(
                        place,
                        "java",
                        lines.isEmpty() ? "it does not compile" : lines.get(0),
                        details.isEmpty() ? null : details);
    }

    /** That of this process; a jar that only names others, as of a test run, is replaced by these. */
    private static String classPath() {
        return String.join(
                File.pathSeparator,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .flatMap(JavaContent::withThoseItNames)
                        .toList());
    }

    private static Stream<String> withThoseItNames(String entry) {
        if (!entry.endsWith(".jar") || !new File(entry).isFile()) {
            return Stream.of(entry);
        }
        try (var jar = new JarFile(entry)) {
            var manifest = jar.getManifest();
            var names = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (names == null) {
                return Stream.of(entry);
            }
            var base = Path.of(entry).toAbsolutePath().toUri();
            return Stream.concat(
                    Stream.of(entry),
                    Arrays.stream(names.strip().split("\\s+", -1))
                            .filter(name -> !name.isEmpty())
                            .map(name -> Path.of(base.resolve(name)).toString()));
        } catch (IOException | IllegalArgumentException unreadable) {
            return Stream.of(entry);
        }
    }

    /** A file in memory. */
    private static final class Source extends SimpleJavaFileObject {

        private final RouteContent content;

        Source(RouteContent content) {
            super(URI.create("memory:///" + content.file().path().replace(' ', '_')), Kind.SOURCE);
            this.content = content;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return new String(content.file().content(), StandardCharsets.UTF_8);
        }
    }

    /** Finds the calls of the Java DSL that name endpoints and ids. */
    private static final class Calls extends TreePathScanner<@Nullable Void, @Nullable Void> {

        private final Trees trees;
        private final SourcePositions positions;
        private final CompilationUnitTree unit;
        private final RouteContent content;

        Calls(Trees trees, CompilationUnitTree unit, RouteContent content) {
            this.trees = trees;
            this.positions = trees.getSourcePositions();
            this.unit = unit;
            this.content = content;
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
            var name = nameOf(call);
            if (name.equals("routeId") && !call.getArguments().isEmpty()) {
                readRoute(call);
            }
            var role = ENDPOINTS.get(name);
            if (role != null && !call.getArguments().isEmpty()) {
                var use = use(call, role, name);
                if (use != null) {
                    content.endpoints().add(use);
                }
            }
            readText(call, name, role);
            readExpression(call, name);
            readRecipients(call, name);
            if (call.getMethodSelect() instanceof MemberSelectTree select
                    && select.getExpression() instanceof MethodInvocationTree before
                    && before.getArguments().isEmpty()
                    && (nameOf(before).equals("marshal") || nameOf(before).equals("unmarshal"))) {
                content.dataFormats().add(new DataFormatUse(name, library(call), endOf(select)));
            }
            return super.visitMethodInvocation(call, null);
        }

        private void readText(MethodInvocationTree call, String name, @Nullable Role role) {
            var text = text(call);
            var isOwn = call.getMethodSelect() instanceof IdentifierTree;
            if (text == null || !(isOwn || isOfRoute(call))) {
                return;
            }
            if (PARAMETERS.contains(name)) {
                content.templateParameters().add(text);
            } else if (role != null || LANGUAGES.contains(name) || TEXTS.contains(name)) {
                // what is put together when the hub runs is no placeholder
                content.texts()
                        .add(new Named(
                                text.replace(OPEN, ""),
                                placeOf(call.getArguments().get(0))));
            }
        }

        /** {@code filter(simple("…"))}, or {@code filter().simple("…")}. */
        private void readExpression(MethodInvocationTree call, String name) {
            var text = name.equals("simple") ? text(call) : null;
            if (text != null && !text.contains(OPEN) && typeOf(call).startsWith(CAMEL)) {
                content.expressions()
                        .add(new Expression(
                                name,
                                text,
                                YamlContent.PREDICATES.contains(stepOf(call)),
                                placeOf(call.getArguments().get(0))));
            }
        }

        /** The step that a call gives an expression to: the call around it, or the one before it that has none. */
        private String stepOf(MethodInvocationTree call) {
            if (call.getMethodSelect() instanceof MemberSelectTree select
                    && select.getExpression() instanceof MethodInvocationTree before
                    && before.getArguments().isEmpty()) {
                return nameOf(before);
            }
            return getCurrentPath().getParentPath().getLeaf() instanceof MethodInvocationTree around
                            && around.getArguments().contains(call)
                    ? nameOf(around)
                    : "";
        }

        /** {@code recipientList(header("to"))}, or {@code recipientList().header("to")}. */
        private void readRecipients(MethodInvocationTree call, String name) {
            if (isOfRecipients(name) && !call.getArguments().isEmpty() && isOfRoute(call)) {
                var given = call.getArguments().get(0);
                if (isExpression(given)) {
                    addRecipients(given);
                }
            } else if (call.getMethodSelect() instanceof MemberSelectTree select
                    && select.getExpression() instanceof MethodInvocationTree before
                    && before.getArguments().isEmpty()
                    && isOfRecipients(nameOf(before))
                    && isOfRoute(before)) {
                addRecipients(call);
            }
        }

        private static boolean isOfRecipients(String name) {
            return YamlContent.RECIPIENTS.contains(name) || YamlContent.DYNAMIC.contains(name);
        }

        /** Not another class's method of that name. */
        private boolean isOfRoute(MethodInvocationTree call) {
            return call.getMethodSelect() instanceof MemberSelectTree select
                    && typeOf(select.getExpression()).startsWith(CAMEL);
        }

        /** Neither a URI nor a builder of one. */
        private boolean isExpression(ExpressionTree given) {
            var type = typeOf(given);
            return !type.equals("java.lang.String")
                    && !type.contains(".endpoint.")
                    && !type.contains("EndpointProducer")
                    && !type.contains("EndpointConsumer");
        }

        private String typeOf(Tree tree) {
            var path = TreePath.getPath(unit, tree);
            var type = path == null ? null : trees.getTypeMirror(path);
            return type == null ? "" : type.toString();
        }

        private void addRecipients(ExpressionTree given) {
            if (given instanceof MethodInvocationTree expression) {
                var text = text(expression);
                var isWritten = LANGUAGES.contains(nameOf(expression)) && text != null;
                var place = expression.getArguments().isEmpty()
                        ? placeOf(expression)
                        : placeOf(expression.getArguments().get(0));
                content.recipients()
                        .add(new Recipients(
                                isWritten ? nameOf(expression) : "expression", text == null ? "" : text, place));
            } else {
                content.recipients().add(new Recipients("expression", "", placeOf(given)));
            }
        }

        /** The first argument, where it is a constant. */
        private @Nullable String text(MethodInvocationTree call) {
            return call.getArguments().isEmpty()
                    ? null
                    : constant(call.getArguments().get(0));
        }

        /** {@code json(JsonLibrary.Gson)}: the constant's name says which. */
        private static @Nullable String library(MethodInvocationTree call) {
            return call.getArguments().stream()
                    .filter(MemberSelectTree.class::isInstance)
                    .map(argument ->
                            ((MemberSelectTree) argument).getIdentifier().toString())
                    .filter(constant -> !constant.equals("class"))
                    .findFirst()
                    .orElse(null);
        }

        /** {@code from("…").….routeId("…")}: the calls before it lead back to the first. */
        private void readRoute(MethodInvocationTree call) {
            var argument = call.getArguments().get(0);
            var id = constant(argument);
            if (id == null) {
                return;
            }
            content.ids().add(new Named(id, placeOf(argument)));
            EndpointUse from = null;
            Tree before = call;
            while (before instanceof MethodInvocationTree step) {
                if (nameOf(step).equals("from") && !step.getArguments().isEmpty()) {
                    from = use(step, Role.CONSUMER, "from");
                }
                before = step.getMethodSelect() instanceof MemberSelectTree select ? select.getExpression() : null;
            }
            content.routes().add(new RouteUse(id, placeOf(argument), from, ""));
        }

        private @Nullable EndpointUse use(MethodInvocationTree call, Role role, String name) {
            var argument = call.getArguments().get(0);
            var uri = constant(argument);
            var isDynamic = YamlContent.DYNAMIC.contains(name);
            var isWhole = isDynamic && uri != null && uri.contains("${") && isOfRoute(call);
            // text that is put together when the hub runs, or another method of this name
            return uri == null || !(uri.contains(":") || isWhole)
                    ? null
                    : EndpointUse.of(role, uri, placeOf(argument), 0, isDynamic);
        }

        private static String nameOf(MethodInvocationTree call) {
            var method = call.getMethodSelect();
            return method instanceof MemberSelectTree select
                    ? select.getIdentifier().toString()
                    : Objects.toString(method, "");
        }

        private @Nullable String constant(ExpressionTree expression) {
            var path = TreePath.getPath(unit, expression);
            if (path == null) {
                return null;
            }
            return new Constants(trees, path).of(expression);
        }

        /** Where the last name of a chain of calls begins. */
        private Place endOf(MemberSelectTree select) {
            var end = positions.getEndPosition(unit, select);
            var lines = unit.getLineMap();
            var at = end - select.getIdentifier().length();
            return end < 0 ? Place.TOP : new Place((int) lines.getLineNumber(at), (int) lines.getColumnNumber(at));
        }

        private Place placeOf(Tree tree) {
            var at = positions.getStartPosition(unit, tree);
            var lines = unit.getLineMap();
            return at < 0 ? Place.TOP : new Place((int) lines.getLineNumber(at), (int) lines.getColumnNumber(at));
        }
    }

    /** Texts that the compiler knows: literals, constants, and these put together. */
    private record Constants(Trees trees, TreePath path) {

        @Nullable
        String of(Tree expression) {
            if (expression instanceof com.sun.source.tree.LiteralTree literal) {
                return literal.getValue() == null ? null : literal.getValue().toString();
            }
            if (expression instanceof com.sun.source.tree.ParenthesizedTree inner) {
                return of(inner.getExpression());
            }
            if (expression instanceof com.sun.source.tree.BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
                var left = of(sum.getLeftOperand());
                var right = of(sum.getRightOperand());
                if (left == null && right == null) {
                    return null;
                }
                return (left == null ? OPEN : left) + (right == null ? OPEN : right);
            }
            if (trees.getElement(new TreePath(path, expression)) instanceof VariableElement variable
                    && variable.getConstantValue() != null) {
                return variable.getConstantValue().toString();
            }
            return null;
        }
    }
}
