// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.message.SecretValues;
import io.serai.routes.lint.SecretNames;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.PropertiesFunction;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * Collects the secrets that routes use: values of {@code {{env:NAME}}}, values of properties whose names are those of
 * secrets, and values of secret options of endpoints, also the password before the host.
 */
final class RouteSecrets implements CamelContextConfiguration {

    private static final String ENVIRONMENT = "env";
    private static final Pattern USER_INFO = Pattern.compile("[a-zA-Z0-9+.:-]*//[^/@:?]*:([^/@?]+)@.*", Pattern.DOTALL);
    private static final Pattern OPTION =
            Pattern.compile("([^&=]+)=(?:RAW[({](.*?)[)}](?=&|$)|([^&]*))", Pattern.DOTALL);

    private final SecretValues secrets;

    RouteSecrets(SecretValues secrets) {
        this.secrets = secrets;
    }

    @Override
    public void beforeApplicationStart(CamelContext context) {
        var properties = context.getPropertiesComponent();
        properties.addPropertiesFunction(new Environment(properties.getPropertiesFunction(ENVIRONMENT)));
        properties.addPropertiesLookupListener((name, value, defaultValue, source) -> {
            if (SecretNames.isSecret(name)) {
                secrets.add(value);
            }
        });
        context.getCamelContextExtension().registerEndpointCallback((uri, endpoint) -> {
            collect(context, uri);
            return endpoint;
        });
    }

    @Override
    public void afterApplicationStart(CamelContext context) {}

    private void collect(CamelContext context, String uri) {
        var password = USER_INFO.matcher(uri);
        if (password.matches()) {
            add(password.group(1));
        }
        var query = uri.indexOf('?');
        OPTION.matcher(query < 0 ? "" : uri.substring(query + 1))
                .results()
                .filter(option -> isSecret(context, uri, option.group(1)))
                .forEach(option -> {
                    if (option.group(2) != null) {
                        secrets.add(option.group(2));
                    } else {
                        add(option.group(3));
                    }
                });
    }

    /** As it stands in the URI, and as what it may stand for: Camel does not always say which. */
    private void add(String value) {
        if (value.startsWith("#")) {
            return;
        }
        secrets.add(value);
        try {
            secrets.add(URLDecoder.decode(value, StandardCharsets.UTF_8));
            secrets.add(URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notEncoded) {
            // as it stands, then
        }
    }

    private static boolean isSecret(CamelContext context, String uri, String option) {
        return SecretNames.isSecret(option)
                || (secretOptions(context, uri).contains(option) && !SecretNames.isName(option));
    }

    private static Set<String> secretOptions(CamelContext context, String uri) {
        var scheme = uri.substring(0, Math.max(0, uri.indexOf(':')));
        var factory = context.getCamelContextExtension().getEndpointUriFactory(scheme);
        return factory == null ? Set.of() : factory.secretPropertyNames();
    }

    /** Camel's function, which notes the value of a variable that is set; the default stands in the route for all to see. */
    private final class Environment implements PropertiesFunction {

        private final PropertiesFunction camels;

        Environment(PropertiesFunction camels) {
            this.camels = camels;
        }

        @Override
        public String getName() {
            return ENVIRONMENT;
        }

        @Override
        @SuppressWarnings("NullAway") // how a function says that it does not know
        public @Nullable String apply(String remainder) {
            var name = remainder.contains(":") ? remainder.substring(0, remainder.indexOf(':')) : remainder;
            secrets.add(camels.apply(name));
            return camels.apply(remainder);
        }

        @Override
        public boolean lookupFirst(String remainder) {
            return camels.lookupFirst(remainder);
        }

        @Override
        public boolean optional(String remainder) {
            return camels.optional(remainder);
        }
    }
}
