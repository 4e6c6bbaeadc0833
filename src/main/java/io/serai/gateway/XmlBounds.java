// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import java.util.Map;

/**
 * Bounds what the JDK's XML parsers take, whichever component or language of a route uses them: a schema takes seconds for
 * elements nested thousands deep, entities make much of little, and external ones tell files of the hub (XXE).
 *
 * <p>By system properties, which each parser reads when it is made; one that the operator has set stays.
 *
 * @see <a href="https://docs.oracle.com/en/java/javase/17/security/java-api-xml-processing-jaxp-security-guide.html">JAXP
 *     processing limits</a>
 */
final class XmlBounds {

    private XmlBounds() {}

    /** @param maxDepth of elements */
    static void set(int maxDepth) {
        var limits = Map.of(
                "jdk.xml.maxElementDepth",
                maxDepth,
                "jdk.xml.entityExpansionLimit",
                1000,
                "jdk.xml.totalEntitySizeLimit",
                1_000_000,
                // no scheme: neither a DTD nor an entity is read from a file or another system
                "javax.xml.accessExternalDTD",
                "");
        limits.forEach((name, limit) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, limit.toString());
            }
        });
    }
}
