// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.Report.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.springframework.util.function.SingletonSupplier;

/**
 * Reads route files as they would be after a change, and says what is wrong with them. Nothing of them is run.
 *
 * <p>Thread-safe. Needs neither a Camel context, nor a broker, nor a database.
 */
public final class RouteLinter {

    private final Catalogue catalogue = new Catalogue();
    // read beside the compiler's work, which takes longest
    private final Supplier<CamelSchema> schema = SingletonSupplier.of(() -> new CamelSchema(catalogue));
    private final Supplier<LanguageRules> languages = SingletonSupplier.of(() -> new LanguageRules(catalogue));
    private final Supplier<StepRules> steps =
            SingletonSupplier.of(() -> new StepRules(schema.get().languages(), catalogue));
    private final DataFormatRules dataFormats = new DataFormatRules(catalogue);
    private final ComponentRules components = new ComponentRules(catalogue);
    private final QueueRules queues = new QueueRules();
    private final HttpRules http = new HttpRules();
    private final SecretRules secrets = new SecretRules();
    private final DataRules data = new DataRules();
    private final StyleRules style = new StyleRules();
    private final TreeRules tree = new TreeRules();
    private final NumberRules numbers = new NumberRules();
    private final EventRules events;
    private final PlaceholderRules placeholders;

    /**
     * @param retryPolicies names that {@code retry=} may have
     * @param orderedAsRecorded whether the subscription of this name was made with {@code ordered=true}, which cannot be
     *     changed; empty where there is none of this name, or it is not known
     * @param isConfigured whether a property of this name has a value
     */
    public RouteLinter(
            Set<String> retryPolicies,
            Function<String, Optional<Boolean>> orderedAsRecorded,
            Predicate<String> isConfigured) {
        this.placeholders = new PlaceholderRules(isConfigured);
        this.events = new EventRules(Set.copyOf(retryPolicies), orderedAsRecorded);
    }

    /** Whether a file of this name is a route, and not its test, a schema or something else. */
    public static boolean isRoute(String path) {
        return path.endsWith(".java")
                || ((path.endsWith(".yaml") || path.endsWith(".yml"))
                        && !path.endsWith(".test.yaml")
                        && !path.endsWith(".test.yml"));
    }

    /**
     * Finds what is wrong with files that are about to change.
     *
     * @param changed files that are new or have new content, and with their last content those that go; findings are
     *     reported in these, and in others only where the change made them
     * @param all every file of the routes folder as it would be after the change, those changed among them
     * @return by file and place; empty where nothing is wrong
     */
    public List<Finding> lint(Collection<RouteFile> changed, Collection<RouteFile> all) {
        var after = new LinkedHashMap<String, RouteContent>();
        all.stream()
                .filter(file -> isRoute(file.path()))
                .forEach(file -> after.put(file.path(), RouteContent.empty(file)));
        var changedPaths = changed.stream().map(RouteFile::path).collect(Collectors.toSet());
        var found = new ArrayList<Finding>();
        var compiled = new ArrayList<Finding>();
        var compiling = compile(after.values(), compiled);
        readYaml(after.values(), found);
        found.removeIf(each -> !changedPaths.contains(each.file()));
        var toCheck = after.values().stream()
                .filter(content -> changedPaths.contains(content.file().path()))
                .toList();
        toCheck.stream().filter(content -> !content.file().isJava()).forEach(content -> checkFile(content, found));
        compiling.join();
        // of others too: Java is compiled together, and what does not compile there compiled before this change
        found.addAll(compiled);
        toCheck.stream().filter(content -> content.file().isJava()).forEach(content -> checkFile(content, found));
        found.addAll(ofTree(after, changed, changedPaths));
        return found.stream()
                .distinct()
                .filter(each -> !isMeant(each, after))
                .sorted(Finding.BY_PLACE)
                .toList();
    }

    /** A warning is silenced by {@code lint: ignore RULE} in a comment of its line or the line before. */
    private static boolean isMeant(Finding finding, Map<String, RouteContent> after) {
        var content = after.get(finding.file());
        if (finding.severity() != Severity.WARNING || content == null) {
            return false;
        }
        return new String(content.file().content(), StandardCharsets.UTF_8)
                .lines()
                .skip(Math.max(0, finding.line() - 2))
                .limit(finding.line() == 1 ? 1 : 2)
                .anyMatch(line -> line.contains("lint: ignore " + finding.rule()));
    }

    private List<Finding> ofTree(
            Map<String, RouteContent> after, Collection<RouteFile> changed, Set<String> changedPaths) {
        var findings = tree.check(after.values());
        var gone = changed.stream()
                .filter(file -> isRoute(file.path()) && !after.containsKey(file.path()))
                .map(RouteContent::empty)
                .toList();
        compile(gone, new ArrayList<>()).join();
        readYaml(gone, new ArrayList<>());
        var before = new ArrayList<>(after.values());
        before.addAll(gone);
        var known = gone.isEmpty() ? null : new HashSet<>(tree.check(before));
        findings.removeIf(each -> !changedPaths.contains(each.file()) && (known == null || known.contains(each)));
        return findings;
    }

    /** The compiler takes longest, so the rest is done beside it. */
    private static CompletableFuture<Void> compile(Collection<RouteContent> contents, List<Finding> findings) {
        var java = contents.stream().filter(content -> content.file().isJava()).toList();
        return CompletableFuture.runAsync(() -> JavaContent.read(java, findings));
    }

    private void readYaml(Collection<RouteContent> contents, List<Finding> findings) {
        contents.stream().filter(content -> content.file().isYaml()).forEach(content -> readYaml(content, findings));
    }

    private void readYaml(RouteContent content, List<Finding> findings) {
        var report = new Report(content.file().path(), findings);
        YamlFile.read(content.file(), findings::add).ifPresent(root -> readRoot(root, content, report));
    }

    /** Routes stand in a list; Camel K and kamelets wrap them. */
    private void readRoot(Node root, RouteContent content, Report report) {
        new YamlContent(content).readTexts(root);
        var kind = Nodes.text(root, "kind");
        if (root instanceof MappingNode && "Kamelet".equals(kind)) {
            var template = Nodes.get(Nodes.get(root, "spec"), "template");
            Nodes.entries(template).forEach((key, entry) -> {
                schema.get().checkItem(key, entry.getValue(), report);
                new YamlContent(content).readTemplate(key, entry.getValue());
            });
        } else if (root instanceof MappingNode && "Integration".equals(kind)) {
            report.error(
                    Place.of(root),
                    "not-started",
                    "Camel " + CamelSchema.VERSION + " runs nothing of 'kind: Integration'",
                    "make the items of 'spec: flows:' the list that the file is");
        } else if (root instanceof MappingNode && ("Pipe".equals(kind) || "KameletBinding".equals(kind))) {
            return;
        } else if (root instanceof SequenceNode) {
            readItems(root, content, report);
        } else {
            report.error(
                    Place.of(root),
                    "schema",
                    "a route file is a list",
                    "begin with '- route:', and indent what follows");
        }
    }

    private void readItems(@org.jspecify.annotations.Nullable Node items, RouteContent content, Report report) {
        if (items == null) {
            return;
        }
        schema.get().check(items, report);
        for (var item : Nodes.items(items)) {
            Nodes.entries(item).forEach((kind, entry) -> new YamlContent(content).readItem(kind, entry.getValue()));
        }
    }

    private void checkFile(RouteContent content, List<Finding> findings) {
        var report = new Report(content.file().path(), findings);
        var uses = new ArrayList<>(content.endpoints());
        for (var use : uses) {
            components.check(use, report);
            events.check(use, report);
            queues.check(use, report);
            http.check(use, report);
            secrets.check(use, report);
            dataFormats.check(use, report);
            data.check(use, report);
        }
        content.dataFormats().forEach(use -> dataFormats.check(use, report));
        content.steps().forEach(step -> steps.get().check(step, report));
        content.expressions().forEach(expression -> languages.get().check(expression, report));
        content.expressions().forEach(expression -> numbers.check(expression, report));
        placeholders.check(content, report);
        content.recipients().forEach(recipients -> data.check(recipients, report));
        content.constants().forEach(constant -> secrets.check(constant, report));
        style.check(content, report);
    }
}
