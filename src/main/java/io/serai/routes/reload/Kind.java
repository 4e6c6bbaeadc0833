// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

/** What a unit is, in the order in which units are started; they are stopped the other way round. */
enum Kind {
    /** A file that routes read, such as a schema; nothing of it runs. */
    RESOURCE,
    /** Settings of the whole Camel context: {@code restConfiguration}, {@code dataFormats}. */
    SETTING,
    BEANS,
    CONFIGURATION,
    TEMPLATE,
    /** All that a Java file makes. */
    JAVA,
    /** A YAML file that cannot be taken apart, since its parts refer to each other by anchors. */
    WHOLE,
    ROUTE,
    TEMPLATED,
    REST
}
