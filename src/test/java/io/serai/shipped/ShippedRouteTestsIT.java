// SPDX-License-Identifier: Apache-2.0
package io.serai.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.Apart;
import io.serai.routes.test.RouteTester;
import io.serai.routes.test.TestedFiles;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.springframework.context.ConfigurableApplicationContext;

/** Each case of each {@code routes/**}{@code /*.test.yaml}. */
class ShippedRouteTestsIT {

    private static final TestedFiles ROUTES = TestedFiles.of(Path.of("routes"));
    private static ConfigurableApplicationContext hub;

    @BeforeAll
    static void start() {
        hub = Apart.start(Map.of());
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @TestFactory
    Stream<DynamicTest> everyCasePasses() {
        var tester = hub.getBean(RouteTester.class);
        return ROUTES.tests().stream()
                .flatMap(file -> tester.test(ROUTES, file).stream())
                .map(result -> DynamicTest.dynamicTest(
                        result.file() + ": " + result.name(),
                        () -> assertThat(result.problems()).isEmpty()));
    }
}
