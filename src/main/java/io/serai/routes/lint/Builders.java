// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import io.serai.routes.lint.Report.Place;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.util.ElementFilter;
import org.jspecify.annotations.Nullable;

/**
 * Finds route builders of a Java file that Camel passes over: it starts the class that is named as its file, if that can be
 * made of nothing ({@code JavaRoutesBuilderLoader}).
 */
final class Builders extends TreePathScanner<@Nullable Void, String> {

    private final JavacTask task;
    private final Trees trees;
    private final CompilationUnitTree unit;
    private final Report report;

    Builders(JavacTask task, CompilationUnitTree unit, Report report) {
        this.task = task;
        this.trees = Trees.instance(task);
        this.unit = unit;
        this.report = report;
    }

    /** Needs a unit that the compiler has analysed. */
    void check(String fileName) {
        scan(unit, fileName);
    }

    @Override
    public @Nullable Void visitClass(ClassTree tree, String fileName) {
        if (trees.getElement(getCurrentPath()) instanceof TypeElement type
                && !type.getModifiers().contains(Modifier.ABSTRACT)
                && !type.getSimpleName().toString().isEmpty()
                && isBuilder(type)) {
            check(tree, type, fileName);
        }
        return super.visitClass(tree, fileName);
    }

    private void check(ClassTree tree, TypeElement type, String fileName) {
        var name = type.getSimpleName().toString();
        if (type.getNestingKind().isNested() || !name.equals(fileName)) {
            report.error(
                    placeOf(tree),
                    "not-started",
                    "no route of '" + Text.cut(name) + "' runs: of each file the class named as the file is started",
                    "put it into a file of its own, " + Text.cut(name) + ".java");
        } else if (ElementFilter.constructorsIn(type.getEnclosedElements()).stream()
                .noneMatch(each ->
                        each.getParameters().isEmpty() && !each.getModifiers().contains(Modifier.PRIVATE))) {
            report.error(
                    placeOf(tree),
                    "not-started",
                    "no route of '" + Text.cut(name) + "' runs: it has no public constructor without parameters",
                    "take the parameters away; beans come in by @BeanInject or from the registry");
        }
    }

    private boolean isBuilder(TypeElement type) {
        var builder = task.getElements().getTypeElement("org.apache.camel.RoutesBuilder");
        return builder != null && task.getTypes().isSubtype(type.asType(), builder.asType());
    }

    private Place placeOf(ClassTree tree) {
        var at = trees.getSourcePositions().getStartPosition(unit, tree);
        var lines = unit.getLineMap();
        return at < 0 ? Place.TOP : new Place((int) lines.getLineNumber(at), (int) lines.getColumnNumber(at));
    }
}
