// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.Severity;
import java.util.List;

/** A file or a unit of it cannot be run; nothing of it is. */
final class Broken extends Exception {

    private final transient Finding finding;

    Broken(Finding finding, Throwable cause) {
        super(finding.file() + ":" + finding.line() + ": " + finding.message(), cause);
        this.finding = finding;
    }

    static Broken at(String path, int line, int column, String rule, String message, Throwable cause) {
        return new Broken(new Finding(Severity.ERROR, path, line, column, rule, message, null), cause);
    }

    Finding finding() {
        return finding;
    }

    List<Finding> findings() {
        return List.of(finding);
    }
}
