// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.Invalid;
import io.swagger.v3.oas.annotations.Operation;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Shows over HTTP which sequences were passed over, by subscription and subject. */
@RestController
final class SequenceGapsController {

    /** A page of gaps; {@code next} is the cursor of the following page. */
    record GapPage(List<SequenceGaps.Gap> items, @Nullable String next) {}

    private static final int MAX_LIMIT = 500;

    private final SequenceGaps gaps;

    SequenceGapsController(SequenceGaps gaps) {
        this.gaps = gaps;
    }

    @Operation(summary = "Lists sequences that were passed over in subscriptions that keep the latest of each subject")
    @GetMapping("/api/sequence-gaps")
    GapPage list(
            @RequestParam(defaultValue = "50") int limit, @RequestParam(required = false) @Nullable String cursor) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new Invalid("listing sequence gaps: limit must be 1 to " + MAX_LIMIT);
        }
        var after = cursor == null ? new String[] {"", "", "0"} : parts(cursor);
        var found = gaps.after(after[0], after[1], Long.parseLong(after[2]), limit + 1);
        var more = found.size() > limit;
        var items = more ? found.subList(0, limit) : found;
        return new GapPage(items, more ? text(items.get(limit - 1)) : null);
    }

    /** No subject holds a line break. */
    private static String text(SequenceGaps.Gap gap) {
        var text = gap.subscription() + "\n" + gap.subject() + "\n" + gap.first();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String[] parts(String cursor) {
        try {
            var parts = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8).split("\n", -1);
            // PostgreSQL refuses U+0000 even in a question
            if (parts.length == 3 && parts[2].matches("\\d{1,18}") && cursorTextIsPlain(parts)) {
                return parts;
            }
        } catch (IllegalArgumentException noBase64) {
            // said below
        }
        throw new Invalid("listing sequence gaps: cursor is not one of ours, start again without");
    }

    private static boolean cursorTextIsPlain(String[] parts) {
        return (parts[0] + parts[1]).chars().noneMatch(Character::isISOControl);
    }
}
