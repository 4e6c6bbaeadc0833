// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What nobody may publish over HTTP, {@code serai.security.*}.
 *
 * @param reservedTypes patterns of event types that only the hub's routes publish
 */
@ConfigurationProperties("serai.security")
record PublisherProperties(@DefaultValue("system.#") List<String> reservedTypes) {}
