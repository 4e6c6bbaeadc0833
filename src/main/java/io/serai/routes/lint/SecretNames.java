// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.camel.util.SensitiveUtils;

/** Tells by its name an option or property that holds a secret. */
public final class SecretNames {

    /** Camel counts these among what it masks; they are names, no secrets. */
    private static final Pattern NAMES = Pattern.compile(
            "(?i).*(user|username|login|clientid|accountsid|realm|systemid|email(address)?|url|filename|keyid|keyname|"
                    + "privatekeyfile|accountid|instanceid|random|certificate)$");

    /** And these are secrets whatever stands before them. */
    private static final Pattern SECRETS =
            Pattern.compile("(?i).*(password|passphrase|passcode|secret|token|secret-?key|access-?key|api-?key)");

    private SecretNames() {}

    /**
     * Whether the name is that of a secret.
     *
     * @param name in camel case or with dashes; what stands before its last dot does not count
     */
    public static boolean isSecret(String name) {
        var key = name.substring(name.lastIndexOf('.') + 1);
        return (SensitiveUtils.containsSensitive(key.toLowerCase(Locale.ROOT).replace("-", ""))
                        || SECRETS.matcher(key).matches())
                && !isName(key);
    }

    /** Whether Camel counts the option among secrets although it only names somebody or something. */
    public static boolean isName(String option) {
        return NAMES.matcher(option.replace("-", "")).matches();
    }
}
