// SPDX-License-Identifier: Apache-2.0
package io.serai;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** Starts the hub. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Serai {

    public static void main(String[] arguments) {
        var hub = new SpringApplication(Serai.class);
        hub.setDefaultProperties(Home.ofThisProcess().defaults());
        hub.run(arguments);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
