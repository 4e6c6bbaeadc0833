// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.RouteContent.DataFormatUse;
import org.jspecify.annotations.Nullable;

/** Asks whether the hub has the data formats that routes name. */
final class DataFormatRules {

    private final Catalogue catalogue;

    DataFormatRules(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    void check(DataFormatUse use, Report report) {
        var formats = catalogue.dataFormats(use.name(), use.library());
        if (formats.isEmpty()
                || CamelSchema.isPlaceholder(String.valueOf(use.library()))
                || formats.stream().anyMatch(catalogue::hasDataFormat)) {
            return;
        }
        report.error(
                use.place(),
                "data-format-not-installed",
                "this hub has no data format '" + Text.cut(use.name()) + "'" + of(use.library()),
                Catalogue.remedy(
                        catalogue.camel().dataFormatModel(formats.get(0)).getArtifactId()));
    }

    /** {@code dataformat:NAME:marshal} names the implementation itself. */
    void check(EndpointUse use, Report report) {
        var name = use.path().replaceFirst(":.*", "");
        if (use.isOf("dataformat")
                && catalogue.camel().dataFormatModel(name) != null
                && !catalogue.hasDataFormat(name)) {
            check(new DataFormatUse(name, null, use.place()), report);
        }
    }

    private static String of(@Nullable String library) {
        return library == null ? "" : " of the library '" + Text.cut(library) + "'";
    }
}
