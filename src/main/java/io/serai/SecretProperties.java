// SPDX-License-Identifier: Apache-2.0
package io.serai;

import io.serai.message.SecretValues;
import java.util.regex.Pattern;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;

/** Collects the secrets that the hub's configuration holds, by the names of its keys and environment variables. */
final class SecretProperties {

    private static final Pattern SECRET = Pattern.compile(
            "(?i).*(password|passwd|passphrase|secret|token|authorization|credentials?|(secret|access|api|private)[-_.]?key)(_bcrypt)?");

    /** Whatever stands under it: a hash or a password under a misspelt or missing key too. */
    private static final Pattern OF_USERS = Pattern.compile("(?i)serai[._]security[._]users(?![._-]?file).*");

    private static final Pattern PUBLIC_OF_USERS = Pattern.compile("(?i).*[._](name|roles)([._\\[]\\d+]?)?");

    private SecretProperties() {}

    static SecretValues of(ConfigurableEnvironment environment) {
        var secrets = new SecretValues();
        for (var source : environment.getPropertySources()) {
            if (source instanceof EnumerablePropertySource<?> listed) {
                for (var name : listed.getPropertyNames()) {
                    if (isSecret(name)) {
                        secrets.add(value(environment, name));
                    }
                }
            }
        }
        return secrets;
    }

    private static boolean isSecret(String name) {
        return SECRET.matcher(name).matches()
                || (OF_USERS.matcher(name).matches()
                        && !PUBLIC_OF_USERS.matcher(name).matches());
    }

    private static String value(ConfigurableEnvironment environment, String name) {
        var value = environment.getProperty(name, "");
        // a variable that is not there: no secret, and the start says so
        return value.contains("${") ? "" : value;
    }
}
