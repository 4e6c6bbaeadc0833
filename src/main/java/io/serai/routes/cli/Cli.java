// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * Understands {@code serai run|lint|test|new|diff|password}. Without a command, or with Spring Boot's arguments only, the hub is run.
 *
 * <p>Exit codes: 0 nothing is wrong, 1 errors were found, 2 the command could not be done.
 */
@Command(
        name = "serai",
        description = "An integration hub. Without a command it is run.",
        mixinStandardHelpOptions = true,
        version = "serai 0.1.0, Camel 4.17.0",
        subcommandsRepeatable = false)
public final class Cli {

    /** Not an exit code: the hub was started and goes on. */
    public static final int RUNS_ON = -1;

    static final int FOUND = 1;
    static final int FAILED = 2;

    private Cli() {}

    /**
     * Does what the arguments say.
     *
     * @param defaults configuration that holds unless something else is configured
     * @param hub starts the hub with Spring Boot's arguments
     * @param apart makes the hub's beans without the hub
     * @return an exit code, or {@link #RUNS_ON}
     */
    public static int execute(
            Map<String, Object> defaults,
            Consumer<String[]> hub,
            Supplier<ConfigurableApplicationContext> apart,
            String... arguments) {
        if (startsHub(arguments)) {
            hub.accept(arguments);
            return RUNS_ON;
        }
        var commands = new CommandLine(new Cli());
        commands.addSubcommand(new Run(hub));
        commands.addSubcommand(new Lint(defaults));
        commands.addSubcommand(new Test(defaults, apart));
        commands.addSubcommand(new New(defaults));
        commands.addSubcommand(new Diff(defaults, System.getenv()));
        commands.addSubcommand(new Password());
        if (!"run".equals(arguments[0])) {
            // nothing is logged until somebody configures logging, which the hub does
            LoggingSystem.get(Cli.class.getClassLoader()).beforeInitialize();
        }
        commands.setExecutionExceptionHandler((failure, command, parsed) -> {
            // why a hub does not start Spring Boot has said
            if (!(command.getCommand() instanceof Run)) {
                command.getErr().println("serai " + command.getCommandName() + ": " + failure.getMessage());
            }
            return FAILED;
        });
        return commands.execute(arguments);
    }

    private static boolean startsHub(String[] arguments) {
        return arguments.length == 0
                || (arguments[0].startsWith("--")
                        && !List.of("--help", "--version").contains(arguments[0]));
    }

    /** Runs the hub; what is not known here is Spring Boot's. */
    @Command(name = "run", description = "Runs the hub; arguments are its configuration, as in --server.port=8081.")
    private static final class Run implements java.util.concurrent.Callable<Integer> {

        private final Consumer<String[]> hub;

        @Unmatched
        private List<String> arguments = new ArrayList<>();

        Run(Consumer<String[]> hub) {
            this.hub = hub;
        }

        @Override
        public Integer call() {
            hub.accept(arguments.toArray(String[]::new));
            return RUNS_ON;
        }
    }
}
