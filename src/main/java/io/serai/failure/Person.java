// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.message.Invalid;
import io.serai.message.Utf8;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asks for a change, and why.
 *
 * @param who the user, {@code local} where the hub has none
 * @param reason 1 to 1000 characters, printable
 */
record Person(String who, String reason) {

    private static final int MAX_REASON = 1000;

    /** @param wrong is told where there is no reason, or too long a one */
    static Person of(HttpServletRequest request, @Nullable String reason, List<Invalid.Field> wrong) {
        var text = reason == null ? "" : reason.strip().replaceAll("\\p{Cntrl}", "?");
        if (text.isEmpty() || text.length() > MAX_REASON || !Utf8.fits(text)) {
            wrong.add(new Invalid.Field("reason", "expected why, 1 to 1000 characters, none a lone surrogate"));
        }
        var user = request.getRemoteUser();
        return new Person(user == null ? "local" : user, text);
    }

    /** A decision without more to it than its reason: {@code {"reason": "too many at once"}}. */
    record Why(@Nullable String reason) {

        Person person(HttpServletRequest request, String doing) {
            var wrong = new ArrayList<Invalid.Field>();
            var person = of(request, reason, wrong);
            if (!wrong.isEmpty()) {
                throw new Invalid(doing + ": a reason is needed", wrong, null);
            }
            return person;
        }
    }
}
