// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.util.regex.Pattern;

/**
 * Selects events by type, as an AMQP topic pattern: {@code *} stands for one word, {@code #} for any number of them.
 *
 * <p>The same everywhere: URIs, queries, streams, webhooks. {@code order.*} selects {@code order.placed}; {@code order.#}
 * also {@code order} and {@code order.line.added}.
 *
 * @param text the pattern, at most 255 bytes
 * @see <a href="https://www.rabbitmq.com/tutorials/amqp-concepts#exchange-topic">Topic exchange</a>
 */
public record EventPattern(String text) {

    /** Matching takes time that grows with the power of this. */
    private static final int MAX_ANY = 3;

    private static final Pattern GRAMMAR = Pattern.compile("([A-Za-z0-9_-]+|\\*|#)(\\.([A-Za-z0-9_-]+|\\*|#))*+");

    /** Selects every event. After the grammar, which it is checked by. */
    public static final EventPattern ALL = new EventPattern("#");

    /** @throws Invalid where the text is not a topic pattern over event types */
    public EventPattern {
        if (text.length() > EventType.MAX_LENGTH
                || !GRAMMAR.matcher(text).matches()
                || text.chars().filter(c -> c == '#').count() > MAX_ANY) {
            throw new Invalid(
                    "reading event pattern: expected words, '*' (one word) or '#' (any words, at most three) joined by dots, "
                            + "like order.* or order.#");
        }
    }

    /** Whether the pattern is a plain type, without wildcards. */
    public boolean isExact() {
        return text.indexOf('*') < 0 && text.indexOf('#') < 0;
    }

    public boolean matches(EventType type) {
        return matches(text.split("\\."), 0, type.name().split("\\."), 0);
    }

    @Override
    public String toString() {
        return text;
    }

    private static boolean matches(String[] pattern, int p, String[] words, int w) {
        if (p == pattern.length) {
            return w == words.length;
        }
        if (pattern[p].equals("#")) {
            // either it takes no word, or it takes this one and stays
            return matches(pattern, p + 1, words, w) || (w < words.length && matches(pattern, p, words, w + 1));
        }
        return w < words.length
                && (pattern[p].equals("*") || pattern[p].equals(words[w]))
                && matches(pattern, p + 1, words, w + 1);
    }
}
