// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Knows the secrets of this hub and masks them in what people read: log, failures, views, problems.
 *
 * <p>Masks a value as it is and as it stands in a URL, whatever stands around it. Values of less than 6 characters are not
 * masked, since common words hold them. A bcrypt hash is masked wherever it comes from. Keeps at most 1,000 values; later ones are not masked. Thread-safe.
 */
public final class SecretValues {

    /** Stands in place of a secret, as Camel writes it. */
    public static final String MASK = "xxxxxx";

    private static final int LEAST_LENGTH = 6;
    private static final int MOST_VALUES = 1000;

    private static final String HASH_BEGINS = "$2";
    private static final Pattern HASH = Pattern.compile("\\$2[abxy]?\\$\\d\\d\\$[./A-Za-z0-9]{53}");

    private final Set<String> values = new LinkedHashSet<>();
    private volatile String[] forms = {};

    /** Masks the value from now on. */
    public void add(@Nullable String value) {
        if (value == null || value.length() < LEAST_LENGTH || value.equals(MASK)) {
            return;
        }
        synchronized (values) {
            if (values.size() < MOST_VALUES && values.add(value)) {
                var all = new LinkedHashSet<>(Arrays.asList(forms));
                all.add(value);
                all.addAll(encoded(value));
                // a secret that begins with another one is masked whole
                forms = all.stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .toArray(String[]::new);
            }
        }
    }

    /** The text with {@code xxxxxx} in place of each secret; the same object where it holds none. */
    public String mask(String text) {
        var masked = text;
        for (var form : forms) {
            // replace would copy a text that holds none
            if (masked.contains(form)) {
                masked = masked.replace(form, MASK);
            }
        }
        // the search is for text that holds none, as nearly all of it
        return masked.contains(HASH_BEGINS) ? HASH.matcher(masked).replaceAll(MASK) : masked;
    }

    /** Likewise; null where there is no text. */
    public @Nullable String maskNullable(@Nullable String text) {
        return text == null ? null : mask(text);
    }

    private static Set<String> encoded(String value) {
        var form = URLEncoder.encode(value, StandardCharsets.UTF_8);
        var encoded = new LinkedHashSet<>(List.of(form, form.replace("+", "%20")));
        try {
            // encodes only characters that no URI holds
            encoded.add(new URI(null, null, "/", value, null).getRawQuery());
        } catch (URISyntaxException unencodable) {
            return encoded;
        }
        return encoded;
    }
}
