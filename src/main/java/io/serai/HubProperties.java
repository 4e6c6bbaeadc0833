// SPDX-License-Identifier: Apache-2.0
package io.serai;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * This hub among others, {@code serai.hub.*}.
 *
 * @param name what it is called everywhere; the machine's name and the process id if not set
 */
@Validated
@ConfigurationProperties("serai.hub")
record HubProperties(
        @NotNull @Pattern(regexp = "[!-~]{1,64}", message = "expected 1 to 64 visible ASCII characters, without spaces")
        String name) {}
