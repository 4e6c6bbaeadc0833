// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.http.ProblemWriter;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;

/**
 * Lets routes answer HTTP on the server's own threads, without a pool between, and errors as problem details.
 *
 * <p>Camel's engine runs each route on Boot's task executor (8 threads and an unbounded queue, unless sized) and blocks
 * there until the route is done.
 */
final class HubHttpEngine extends SpringBootPlatformHttpEngine {

    private final ProblemWriter problems;
    private final Duration timeout;
    private final JsonMembers members;
    private final Supplier<HubRequestMapping> paths;

    HubHttpEngine(
            int port,
            ProblemWriter problems,
            Duration timeout,
            JsonMembers members,
            Supplier<HubRequestMapping> paths) {
        super(port, Runnable::run);
        this.problems = problems;
        this.timeout = timeout;
        this.members = members;
        this.paths = paths;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new HubHttpConsumer(endpoint, processor, problems, timeout, members, paths);
    }
}
