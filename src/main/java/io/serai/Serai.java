// SPDX-License-Identifier: Apache-2.0
package io.serai;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the hub. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Serai {

    public static void main(String[] arguments) {
        SpringApplication.run(Serai.class, arguments);
    }
}
