// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.message.Invalid;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** Where the next page of the ledger begins, opaque to clients: after this window and subscription. */
record Cursor(long window, String subscription) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,15})/([a-z0-9-]{1,64})");

    static Cursor after(LedgerLine line) {
        return new Cursor(line.from().toEpochMilli(), line.subscription());
    }

    String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((window + "/" + subscription).getBytes(StandardCharsets.US_ASCII));
    }

    /** @throws Invalid where the text is no cursor of ours */
    static Cursor of(String text) {
        try {
            var parts = TEXT.matcher(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.US_ASCII));
            if (parts.matches()) {
                return new Cursor(Long.parseLong(parts.group(1)), parts.group(2));
            }
        } catch (IllegalArgumentException noBase64) {
            // said below
        }
        throw new Invalid(
                "reading ledger: cursor is not one of ours, start again without",
                List.of(new Invalid.Field("cursor", "expected the next of the page before")),
                null);
    }
}
