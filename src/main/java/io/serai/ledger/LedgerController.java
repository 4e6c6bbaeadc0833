// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.message.Invalid;
import io.serai.message.Times;
import io.swagger.v3.oas.annotations.Operation;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows the ledger and the warnings over HTTP. */
@RestController
final class LedgerController {

    /** A page of the ledger; {@code next} is the cursor of the following page. */
    record LedgerPage(List<LedgerLine> items, @Nullable String next) {}

    /** All warnings that hold; they are few, so there is no {@code next} page. */
    record WarningPage(List<Warning> items, @Nullable String next) {}

    private static final int MAX_LIMIT = 500;

    private final Lines lines;
    private final Warnings warnings;
    private final LedgerProperties properties;

    LedgerController(Lines lines, Warnings warnings, LedgerProperties properties) {
        this.lines = lines;
        this.warnings = warnings;
        this.properties = properties;
    }

    /** Youngest window first; {@code since} is when it began, or later. */
    @Operation(summary = "Shows what was published against what each subscription has dealt with, by closed window")
    @GetMapping("/api/ledger")
    LedgerPage ledger(
            @RequestParam(required = false) @Nullable String subscription,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String since,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit", "expected 1 to " + MAX_LIMIT);
        }
        if (subscription != null && !subscription.matches("[a-z0-9-]{1,64}")) {
            throw invalid("subscription", "expected 1 to 64 lower-case letters, digits and '-'");
        }
        var query =
                new Lines.Query(subscription, state(state), instant(since), cursor == null ? null : Cursor.of(cursor));
        var found = lines.page(query, limit + 1, properties.window());
        var more = found.size() > limit;
        var items = more ? found.subList(0, limit) : found;
        return new LedgerPage(items, more ? Cursor.after(items.get(limit - 1)).text() : null);
    }

    @Operation(summary = "Lists what a person should look at")
    @GetMapping("/api/warnings")
    WarningPage warnings() {
        return new WarningPage(warnings.list(), null);
    }

    private static LedgerLine.@Nullable State state(@Nullable String state) {
        try {
            return state == null ? null : LedgerLine.State.valueOf(state.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw invalid("state", "expected one of " + Arrays.toString(LedgerLine.State.values()));
        }
    }

    private static @Nullable Instant instant(@Nullable String value) {
        return Times.read("since", value, wrong -> {
            throw invalid(wrong.name(), wrong.detail());
        });
    }

    private static Invalid invalid(String name, String detail) {
        return new Invalid("reading ledger: " + name + " is invalid", List.of(new Invalid.Field(name, detail)), null);
    }
}
