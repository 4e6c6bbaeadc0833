// SPDX-License-Identifier: Apache-2.0
package io.serai;

import io.serai.message.HubName;
import io.serai.routes.cli.Cli;
import java.time.Clock;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** Starts the hub, or does another command. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Serai {

    public static void main(String[] arguments) {
        var defaults = Home.ofThisProcess().defaults();
        var code = Cli.execute(defaults, each -> run(defaults, each), () -> Apart.start(Map.of()), arguments);
        if (code != Cli.RUNS_ON) {
            System.exit(code);
        }
    }

    private static void run(Map<String, Object> defaults, String[] arguments) {
        var hub = new SpringApplication(Serai.class);
        hub.setDefaultProperties(defaults);
        hub.run(arguments);
    }

    @Bean
    HubName hubName(HubProperties properties) {
        return HubName.of(properties.name());
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
