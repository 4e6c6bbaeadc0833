// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.message.SecretValues;
import io.serai.routes.RoutesProperties;
import io.serai.routes.tables.FlowTables;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.language.simple.FileLanguage;
import org.apache.camel.language.simple.SimpleLanguage;
import org.flywaydb.core.Flyway;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

@Configuration(proxyBeanMethods = false)
class ReloadConfiguration {

    @Bean
    Progress routesProgress() {
        return new Progress();
    }

    /** Found by Camel under the scheme's name. */
    @Bean("direct-component")
    DirectComponent directComponent(Progress progress) {
        return new PatientDirect(progress::mayCome);
    }

    /** Found by Camel likewise. */
    @Bean("simple-language")
    RenewedSimple simpleLanguage() {
        return new RenewedSimple(SimpleLanguage::new);
    }

    @Bean("file-language")
    RenewedSimple fileLanguage() {
        return new RenewedSimple(FileLanguage::new);
    }

    @Bean(ServedFiles.NAME)
    ServedFiles servedFiles(RoutesProperties properties) {
        return new ServedFiles(properties.directory());
    }

    @Bean
    RouteFolder routeFolder(RoutesProperties properties) {
        return new RouteFolder(properties.directory());
    }

    @Bean
    Reloader reloader(
            ApplicationContext beans,
            CamelContext camel,
            RoutesProperties properties,
            ObjectProvider<Lint> lint,
            Progress progress,
            ServedFiles served,
            DataSource database,
            ObjectProvider<Flyway> flyway,
            Clock clock,
            SecretValues secrets) {
        var compiled = new JavaLoader.Compiled();
        var directory = properties.directory();
        var installer = new Installer(camel, new Loader(camel, directory, compiled), clock);
        return new Reloader(
                lint.getIfAvailable(() -> (changed, all) -> List.of()),
                new FlowTables(flyway.stream()
                        .map(each -> each.getConfiguration().getDataSource())
                        .findFirst()
                        .orElse(database)),
                new Preflight(new Scratch(beans, camel, directory), directory, compiled, clock),
                new Swap(camel, installer, served, progress, properties.drainTimeout()),
                properties.changeSet(),
                clock,
                secrets);
    }

    @Bean
    RoutesStart routesStart(RouteFolder folder, Reloader reloader, ObjectProvider<Journal> journal, Progress progress) {
        return new RoutesStart(folder, reloader, journal.getIfAvailable(() -> Journal.NONE), progress);
    }

    /** After Camel has started, before the hub says that it is ready. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ApplicationRunner startRoutes(
            RoutesStart start, RoutesProperties properties, ScheduledExecutorService routesTimer) {
        return arguments -> {
            start.run();
            var pause = properties.pollInterval().toMillis();
            routesTimer.scheduleWithFixedDelay(start.watcher(), pause, pause, TimeUnit.MILLISECONDS);
        };
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService routesTimer() {
        return new ScheduledThreadPoolExecutor(1, task -> {
            var worker = new Thread(task, "routes");
            worker.setDaemon(true);
            return worker;
        });
    }
}
