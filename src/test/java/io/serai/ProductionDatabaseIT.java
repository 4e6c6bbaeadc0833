// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.FileSystemResource;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;

/** The connections that config/application-production.yaml makes. */
@HubServices
class ProductionDatabaseIT {

    @Test
    void aServerThatSaysNothingIsGivenUpButNotByMigrations(@TempDir Path migrations) throws IOException {
        Files.writeString(migrations.resolve("V1__takes_long.sql"), "SELECT pg_sleep(3);");
        production()
                .withPropertyValues(
                        "spring.flyway.locations=filesystem:" + migrations,
                        "spring.datasource.hikari.data-source-properties.socketTimeout=1")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    var jdbc = new JdbcTemplate(context.getBean(HikariDataSource.class));
                    assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM flyway_schema_history", Long.class))
                            .isEqualTo(1);
                    assertThatThrownBy(() -> jdbc.execute("SELECT pg_sleep(3)"))
                            .isInstanceOf(DataAccessResourceFailureException.class);
                });
    }

    @Test
    void theDriverIsToldWhatTheFileSays(@TempDir Path migrations) {
        production()
                .withPropertyValues("spring.flyway.locations=filesystem:" + migrations)
                .run(context -> assertThat(
                                context.getBean(HikariDataSource.class).getDataSourceProperties())
                        .containsEntry("socketTimeout", "120")
                        .containsEntry("tcpKeepAlive", "true")
                        .containsEntry("reWriteBatchedInserts", "true"));
    }

    private static ApplicationContextRunner production() {
        var database = SharedNodes.postgres().newDatabase();
        return new ApplicationContextRunner()
                .withInitializer(ProductionDatabaseIT::readFile)
                .withPropertyValues(
                        "SERAI_DATABASE_URL=" + database.jdbcUrl(),
                        "SERAI_DATABASE_USERNAME=" + database.user(),
                        "SERAI_DATABASE_PASSWORD=" + database.password())
                .withConfiguration(
                        AutoConfigurations.of(DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class));
    }

    private static void readFile(ConfigurableApplicationContext context) {
        var file = new FileSystemResource("config/application-production.yaml");
        try {
            new YamlPropertySourceLoader()
                    .load("production", file)
                    .forEach(context.getEnvironment().getPropertySources()::addLast);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
