// SPDX-License-Identifier: Apache-2.0
package io.serai;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/** Gives {@code serai.hub.name} its default, before anything reads it: {@code crm-host-4711}, machine and process id. */
final class OwnName implements EnvironmentPostProcessor {

    static final String PROPERTY = "serai.hub.name";

    private static final int MOST = 64;

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication hub) {
        var name = of(machine(), ProcessHandle.current().pid());
        environment.getPropertySources().addLast(new MapPropertySource("own name", Map.of(PROPERTY, name)));
    }

    /** Cut and made visible ASCII, as the property must be. */
    static String of(String machine, long process) {
        var end = "-" + process;
        var visible = machine.replaceAll("[^!-~]", "-");
        return visible.substring(0, Math.min(visible.length(), MOST - end.length())) + end;
    }

    private static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "unknown";
        }
    }
}
