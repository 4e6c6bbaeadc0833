// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.EventPattern;
import io.serai.message.Invalid;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which events of the log are wanted; each part narrows it.
 *
 * @param type pattern over the type, with at most three {@code #}
 * @param since stored at or after
 * @param until stored before
 */
record EventQuery(
        EventPattern type,
        @Nullable String id,
        @Nullable String subject,
        @Nullable String source,
        @Nullable Instant since,
        @Nullable Instant until) {

    private static final Pattern REPEATED = Pattern.compile("#(\\.#)+");
    private static final int MAX_ANY_WORDS = 3;

    /** @throws Invalid where the pattern would take a database too long to match */
    EventQuery {
        if (anyWords(type).chars().filter(c -> c == '#').count() > MAX_ANY_WORDS) {
            throw new Invalid("reading event log: a type pattern may hold '#' at most " + MAX_ANY_WORDS + " times");
        }
    }

    static EventQuery of(EventPattern type) {
        return new EventQuery(type, null, null, null, null, null);
    }

    /** Whether an index finds the events, so that the log need not be scanned for them. */
    boolean isIndexed() {
        return id != null || subject != null || narrowings().isEmpty();
    }

    /** SQL that narrows further, beginning with AND, with the parameters of {@link #narrowings}; empty for all events. */
    String condition() {
        var condition = new StringBuilder();
        narrowings()
                .keySet()
                .forEach(name -> condition.append(
                        switch (name) {
                            case "pattern" -> " AND regexp_like('.' || type, :pattern)";
                            default -> " AND " + name + " = :" + name;
                        }));
        return condition.toString();
    }

    Map<String, Object> narrowings() {
        var parameters = new LinkedHashMap<String, Object>();
        if (id != null) {
            parameters.put("id", id);
        }
        if (subject != null) {
            parameters.put("subject", subject);
        }
        if (source != null) {
            parameters.put("source", source);
        }
        if (type.isExact()) {
            parameters.put("type", type.text());
        } else if (!anyWords(type).equals("#")) {
            parameters.put("pattern", regex(type));
        }
        return parameters;
    }

    /** Over the type with a dot before it, so that every word has one and {@code #} may stand for none. */
    static String regex(EventPattern type) {
        var regex = new StringBuilder("^");
        for (var word : anyWords(type).split("\\.", -1)) {
            regex.append(
                    switch (word) {
                        case "*" -> "\\.[^.]+";
                        case "#" -> "(\\.[^.]+)*";
                        default -> "\\." + word;
                    });
        }
        return regex.append('$').toString();
    }

    private static String anyWords(EventPattern type) {
        return REPEATED.matcher(type.text()).replaceAll("#");
    }
}
