// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.EndpointUse.Option;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.apache.camel.tooling.model.ComponentModel.EndpointOptionModel;
import org.jspecify.annotations.Nullable;

/** Compares endpoints with the catalogue: is there such a component, has it such options, and may they have these values. */
final class ComponentRules {

    /** Options of every consumer that polls, beside those of its component. */
    private static final Set<String> OF_SCHEDULERS = Set.of("scheduler.", "schedulerProperties");

    /** Camel takes other texts for 0 or fails on them ({@code org.apache.camel.util.TimeUtils}). */
    private static final Pattern DURATION = Pattern.compile("-?[0-9]+|(?i:PT?[0-9][0-9.DHMTS]*)"
            + "|(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m(in)?)?([0-9]+s(ec)?)?([0-9]+ms)?");

    private static final int MISSPELT_LENGTH = 8;

    static final String A_DURATION = "a time such as 500ms, 5s or 1m30s";

    private final Catalogue catalogue;

    ComponentRules(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    void check(EndpointUse use, Report report) {
        var inline = use.options().values().stream().filter(Option::isInline).toList();
        if (!inline.isEmpty() && inline.size() < use.options().size()) {
            report.error(
                    inline.get(0).place(),
                    "uri-and-parameters",
                    "options stand in the URI and under 'parameters:'; Camel takes one or the other",
                    "write all of them under 'parameters:'");
        }
        var scheme = use.scheme();
        if (CamelSchema.isPlaceholder(scheme) || scheme.isEmpty()) {
            return;
        }
        var model = catalogue.component(scheme);
        if (model.isEmpty()) {
            if (!catalogue.hasComponent(scheme)) {
                report.error(
                        use.place(),
                        "unknown-component",
                        "Camel " + CamelSchema.VERSION + " has no component '" + Text.cut(scheme) + "'",
                        Similar.hint(scheme, catalogue.schemes()));
            }
            return;
        }
        if (!catalogue.hasComponent(scheme)) {
            report.error(
                    use.place(),
                    "component-not-installed",
                    "this hub has no component '" + scheme + "'",
                    Catalogue.remedy(model.get().getArtifactId()));
            return;
        }
        checkRole(use, model.get(), report);
        checkOptions(use, model.get(), report);
    }

    private static void checkRole(EndpointUse use, ComponentModel model, Report report) {
        if (use.isConsumer() && model.isProducerOnly()) {
            report.error(use.place(), "producer-only", "'" + use.scheme() + ":' can be sent to, not read from", null);
        } else if (!use.isConsumer() && model.isConsumerOnly()) {
            report.error(use.place(), "consumer-only", "'" + use.scheme() + ":' can be read from, not sent to", null);
        }
    }

    private static void checkOptions(EndpointUse use, ComponentModel model, Report report) {
        var known = new HashMap<String, EndpointOptionModel>();
        model.getEndpointOptions().forEach(option -> known.put(option.getName(), option));
        use.options().forEach((name, option) -> {
            var description = find(name, known);
            if (description != null) {
                checkUse(use, name, option, description, report);
            } else if (use.scheme().startsWith("http")) {
                checkPassedOn(use, name, option, model, report);
            } else if (!mayBeUnknown(use, name, model)) {
                report.error(
                        option.place(),
                        "unknown-option",
                        "'" + use.scheme() + ":' has no option '" + Text.cut(name) + "'",
                        Similar.hint(name, known.keySet()));
            }
        });
        checkRequired(use, known.values(), report);
    }

    /** What {@code http:} does not know it sends as a query parameter. */
    private static void checkPassedOn(
            EndpointUse use, String name, Option option, ComponentModel model, Report report) {
        // its time-outs are described as the component's, and read from a URI too
        var known = Stream.concat(model.getEndpointOptions().stream(), model.getComponentOptions().stream())
                .map(BaseOptionModel::getName)
                .collect(Collectors.toSet());
        if (known.contains(name)) {
            return;
        }
        var hint = Similar.hint(name, known);
        // a server has short names of its own
        if (hint != null && name.length() >= MISSPELT_LENGTH) {
            report.warning(
                    option.place(),
                    "unknown-option",
                    "'" + use.scheme() + ":' has no option '" + Text.cut(name)
                            + "', so it is sent to the server as a query parameter",
                    hint);
        }
    }

    /** Some components pass what they do not know on: to a server, a kamelet, an API's method. */
    private static boolean mayBeUnknown(EndpointUse use, String name, ComponentModel model) {
        return model.isLenientProperties()
                || model.isApi()
                || CamelSchema.isPlaceholder(name)
                || use.isOf("stub")
                || use.isOf("dataformat")
                || (use.isConsumer() && OF_SCHEDULERS.stream().anyMatch(name::startsWith));
    }

    private static @Nullable EndpointOptionModel find(String name, Map<String, EndpointOptionModel> known) {
        var exact = known.get(name);
        if (exact != null) {
            return exact;
        }
        for (var option : known.values()) {
            if (option.isMultiValue() && option.getPrefix() != null && name.startsWith(option.getPrefix())) {
                return option;
            }
            var optional = option.getOptionalPrefix();
            if (optional != null && name.equals(optional + option.getName())) {
                return option;
            }
        }
        return null;
    }

    private static void checkUse(
            EndpointUse use, String name, Option option, EndpointOptionModel description, Report report) {
        var label = description.getLabel() == null ? "" : description.getLabel();
        if ("parameter".equals(description.getKind()) && !name.equals("exchangePattern")) {
            if (use.isConsumer() && label.contains("producer") && !label.contains("consumer")) {
                report.warning(
                        option.place(),
                        "option-of-producer",
                        "'" + name + "' is an option for sending; here '" + use.scheme() + ":' is read from",
                        "remove it: it does nothing");
            } else if (!use.isConsumer() && label.contains("consumer") && !label.contains("producer")) {
                report.warning(
                        option.place(),
                        "option-of-consumer",
                        "'" + name + "' is an option for reading; here '" + use.scheme() + ":' is sent to",
                        "remove it: it does nothing");
            }
        }
        if (!option.isOpen() && !description.isMultiValue() && name.equals(description.getName())) {
            checkValue(name, option, description, report);
        }
    }

    private static void checkValue(String name, Option option, BaseOptionModel description, Report report) {
        var value = option.value();
        var enums = description.getEnums();
        if (enums != null && !enums.isEmpty()) {
            // where the component takes any text these are the usual ones
            if (!"java.lang.String".equals(description.getJavaType())
                    && enums.stream().noneMatch(each -> letters(each).equalsIgnoreCase(letters(value)))) {
                report.error(
                        option.place(),
                        "option-value",
                        "'" + name + "' cannot be '" + Text.cut(value) + "', only " + String.join(", ", enums),
                        Similar.hint(value, enums));
            }
            return;
        }
        var expected = switch (description.getType()) {
            case "boolean" -> value.matches("(?i)true|false") ? null : "true or false";
            case "integer" -> value.matches("[-+]?[0-9]+") || isDuration(value) ? null : "a whole number";
            case "number" -> value.matches("[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?") ? null : "a number";
            case "duration" -> isDuration(value.strip()) ? null : A_DURATION;
            default -> null;
        };
        if (expected != null && !"path".equals(description.getKind())) {
            report.error(
                    option.place(),
                    "option-value",
                    "'" + name + "' cannot be '" + Text.cut(value) + "'; expected " + expected,
                    null);
        }
    }

    static boolean isDuration(String text) {
        return DURATION.matcher(text).matches();
    }

    private static void checkRequired(EndpointUse use, Collection<EndpointOptionModel> known, Report report) {
        for (var option : known) {
            var isPath = "path".equals(option.getKind());
            if (option.isRequired()
                    && option.getDefaultValue() == null
                    && !use.options().containsKey(option.getName())
                    && (!isPath || use.path().isBlank())) {
                report.error(
                        use.place(),
                        "missing-option",
                        "'" + use.scheme() + ":' needs '" + option.getName() + "'",
                        option.getDescription() == null ? null : Text.cut(option.getDescription()));
            }
        }
    }

    private static String letters(String name) {
        return name.replaceAll("[-_]", "");
    }
}
