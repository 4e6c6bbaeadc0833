// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.dynamic;

import io.serai.message.Invalid;
import io.serai.routes.dynamic.WrittenUri.Position;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.ExpressionAdapter;
import org.jspecify.annotations.Nullable;

/**
 * Endpoint URIs in which the values of expressions remain values. A value among the options is percent-encoded. Camel
 * decodes paths before it takes them apart, and looks for placeholders, references and expressions in decoded options:
 * what could become one there is refused.
 */
final class EncodedUri extends ExpressionAdapter {

    /** What Camel would evaluate, in a value of an option. */
    private static final Pattern EVALUATED = Pattern.compile("\\{\\{|}}|\\$\\{|\\$simple\\{|\\$init\\{");

    /** A kamelet writes its options into the text of its template. */
    private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N} ._~/:@,+-]*");

    /** What Camel takes a path apart by, or decodes. */
    private static final Pattern STRUCTURE = Pattern.compile("[?#%&{}/\\\\\\p{Cntrl}]");

    /** Likewise in an option of an endpoint that is kept for all messages, whose options Camel does not decode. */
    private static final Pattern OPTIONS = Pattern.compile("[&#]|%\\p{XDigit}{2}");

    private static final Pattern UPWARDS = Pattern.compile("(.*[/\\\\])?\\.\\.?([/\\\\].*)?", Pattern.DOTALL);

    private record Piece(WrittenUri.Part part, @Nullable Expression expression) {}

    private final String written;
    private final @Nullable String delimiter;
    private final Predicate<String> isKept;
    private final List<Piece> pieces;

    /**
     * @param delimiter between URIs; null where there is one URI
     * @param isKept whether Camel sends to one endpoint of this scheme whatever the values are ({@code SendDynamicAware})
     * @param simple makes an expression of a text
     */
    EncodedUri(
            String written,
            WrittenUri uri,
            @Nullable String delimiter,
            Predicate<String> isKept,
            Function<String, Expression> simple) {
        this.written = written;
        this.delimiter = delimiter;
        this.isKept = isKept;
        this.pieces = uri.parts().stream()
                .map(part -> new Piece(part, part.text().matches("(?s).*[$\\\\].*") ? simple.apply(part.text()) : null))
                .toList();
    }

    @Override
    public Object evaluate(Exchange exchange) {
        var uri = new StringBuilder();
        var option = new StringBuilder();
        for (var piece : pieces) {
            var part = piece.part();
            var value = piece.expression() == null
                    ? part.text()
                    : piece.expression().evaluate(exchange, String.class);
            if (value == null) {
                value = "";
            }
            if (part.isFirst()) {
                option.setLength(0);
            }
            if (part.isFunction()) {
                check(part, value, option);
            }
            option.append(value);
            uri.append(isEncoded(part) ? encoded(value) : value);
        }
        return uri.toString();
    }

    private boolean isEncoded(WrittenUri.Part part) {
        return part.isFunction() && part.position() == Position.VALUE && !isKept.test(part.scheme());
    }

    private void check(WrittenUri.Part part, String value, CharSequence before) {
        if (UPWARDS.matcher(value).matches()) {
            throw refused(part, "leads out of the place where it stands");
        }
        if (part.position() == Position.PATH
                && (STRUCTURE.matcher(value).find() || (delimiter != null && value.contains(delimiter)))) {
            throw refused(part, "holds a character that a URI is taken apart by");
        }
        if (part.position() == Position.VALUE
                && isKept.test(part.scheme())
                && OPTIONS.matcher(value).find()) {
            throw refused(part, "holds a character that options are taken apart by");
        }
        if (part.position() == Position.NAME && !value.isEmpty()) {
            throw refused(part, "stands where the name of an option belongs");
        }
        if (part.position() == Position.RAW && value.matches("(?s).*[)}&].*")) {
            throw refused(part, "holds a bracket that ends RAW");
        }
        if (part.position() == Position.VALUE || part.position() == Position.RAW) {
            if (EVALUATED.matcher(before + value).find()
                    || (before.isEmpty()
                            && (value.startsWith("#")
                                    || value.toUpperCase(Locale.ROOT).startsWith("RAW")))) {
                throw refused(part, "is a placeholder, a reference or an expression");
            }
            if (part.scheme().equals("kamelet") && !PLAIN.matcher(value).matches()) {
                throw refused(part, "holds characters that a kamelet may not get from a message");
            }
        }
    }

    private Invalid refused(WrittenUri.Part part, String why) {
        return new Invalid("sending to '" + written + "': the value of " + part.text() + " " + why
                + "; nothing was sent, check the value in the route before this step");
    }

    private static String encoded(String value) {
        var encoded = new StringBuilder(value.length());
        value.codePoints().forEach(letter -> {
            if (Character.isLetterOrDigit(letter) || "-._~".indexOf(letter) >= 0) {
                encoded.appendCodePoint(letter);
            } else {
                for (var each : Character.toString(letter).getBytes(StandardCharsets.UTF_8)) {
                    encoded.append('%').append(String.format(Locale.ROOT, "%02X", each));
                }
            }
        });
        return encoded.toString();
    }

    @Override
    public String toString() {
        return written;
    }
}
