// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.RouteContent.Expression;
import org.apache.camel.ExpressionIllegalSyntaxException;
import org.apache.camel.NoSuchBeanException;
import org.apache.camel.NoSuchLanguageException;
import org.apache.camel.impl.engine.SimpleCamelContext;
import org.apache.camel.language.simple.SimpleLanguage;
import org.apache.camel.util.ObjectHelper;

/** Parses the expressions in Simple; of other languages it knows whether the hub has them. Thread-safe. */
final class LanguageRules {

    private final Catalogue catalogue;
    private final SimpleLanguage simple = new SimpleLanguage();

    LanguageRules(Catalogue catalogue) {
        this.catalogue = catalogue;
        simple.setCamelContext(new SimpleCamelContext(false));
    }

    void check(Expression expression, Report report) {
        if (!catalogue.hasLanguage(expression.language())) {
            reportAbsent(expression.language(), expression, report);
        } else if (expression.language().equals("simple")) {
            checkSimple(expression, report);
        }
    }

    private void checkSimple(Expression expression, Report report) {
        if (expression.text().startsWith("resource:") || expression.text().contains("{{")) {
            // what it will be is known when the hub runs
            return;
        }
        try {
            if (expression.isPredicate()) {
                simple.createPredicate(expression.text());
            } else {
                simple.createExpression(expression.text());
            }
        } catch (NoSuchLanguageException absent) {
            reportAbsent(absent.getLanguage(), expression, report);
        } catch (ExpressionIllegalSyntaxException wrong) {
            if (wrong.getCause() instanceof NoSuchLanguageException absent) {
                reportAbsent(absent.getLanguage(), expression, report);
            } else if (ObjectHelper.getException(NoSuchBeanException.class, wrong) == null) {
                report.error(expression.place(), "simple", firstLine(wrong), null);
            }
            // else it names a bean, which is there when the hub runs
        } catch (RuntimeException unforeseen) {
            // it needs more than the language to be created, which preflight has
            return;
        }
    }

    private void reportAbsent(String language, Expression expression, Report report) {
        var model = catalogue.camel().languageModel(language);
        report.error(
                expression.place(),
                "language-not-installed",
                "this hub has no language '" + Text.cut(language) + "'",
                Catalogue.remedy(model == null ? null : model.getArtifactId()));
    }

    private static String firstLine(Exception wrong) {
        var message = wrong.getMessage() == null ? wrong.toString() : wrong.getMessage();
        return "this is not Simple: " + message.lines().findFirst().orElse(message);
    }
}
