// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.serai.message.Unavailable;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** How flows bring their tables, on every database; each test has one of its own, with the tables of the hub. */
abstract class FlowTablesContract {

    private static final RouteFile PARCELS =
            file("parcels/db/V1__parcels.sql", "CREATE TABLE parcel (id VARCHAR(36) NOT NULL PRIMARY KEY);");
    private static final RouteFile WEIGHT =
            file("parcels/db/V2__weight.sql", "ALTER TABLE parcel ADD COLUMN weight INTEGER;");

    private DriverManagerDataSource database;
    private JdbcClient jdbc;
    private FlowTables tables;

    abstract DriverManagerDataSource newDatabase();

    @BeforeEach
    void hubsTables() {
        database = newDatabase();
        Flyway.configure().dataSource(database).load().migrate();
        jdbc = JdbcClient.create(database);
        tables = new FlowTables(database);
    }

    @Test
    void aFlowBringsItsTablesAndLaterMore() {
        assertThat(tables.migrate(List.of(PARCELS))).isEmpty();
        jdbc.sql("INSERT INTO parcel (id) VALUES ('p-1')").update();

        assertThat(tables.migrate(List.of(PARCELS, WEIGHT))).isEmpty();

        assertThat(jdbc.sql("SELECT count(*) FROM parcel WHERE weight IS NULL")
                        .query(Long.class)
                        .single())
                .isOne();
        assertThat(new FlowTables(database).migrate(List.of(PARCELS, WEIGHT)))
                .as("another start")
                .isEmpty();
    }

    @Test
    void flowsHaveHistoriesOfTheirOwn() {
        var others = file("crm/eu/db/V1__customers.sql", "CREATE TABLE customer (id INTEGER PRIMARY KEY);");

        assertThat(tables.migrate(List.of(PARCELS, others))).isEmpty();

        assertThat(jdbc.sql("SELECT count(*) FROM customer").query(Long.class).single())
                .isZero();
        assertThat(jdbc.sql("SELECT count(*) FROM flow_crm_eu")
                        .query(Long.class)
                        .single())
                .isPositive();
    }

    @Test
    void aStatementThatIsRefusedIsNamedAndHoldsUpNoOtherFlow() {
        var bad = file("a/db/V1__a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);\n\nCREATE TABEL b (id INTEGER);\n");

        var findings = tables.migrate(List.of(bad, PARCELS));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.file()).isEqualTo("a/db/V1__a.sql");
            assertThat(finding.line()).isEqualTo(3);
            assertThat(finding.message()).contains("TABEL");
        });
        assertThat(FlowTables.owned(findings, List.of("a/x.camel.yaml", "a/b/y.camel.yaml", "ab/z.camel.yaml")))
                .containsExactlyInAnyOrder("a/x.camel.yaml", "a/b/y.camel.yaml");
        assertThat(jdbc.sql("SELECT count(*) FROM parcel").query(Long.class).single())
                .isZero();
    }

    @Test
    void aScriptThatFailedRunsOnceItIsCorrected() {
        var bad = file("a/db/V1__a.sql", "CREATE TABEL a (id INTEGER);");
        assertThat(tables.migrate(List.of(bad))).hasSize(1);
        assertThat(tables.migrate(List.of(bad))).as("the same again").hasSize(1);

        assertThat(tables.migrate(List.of(file("a/db/V1__a.sql", "CREATE TABLE a (id INTEGER);"))))
                .isEmpty();

        assertThat(jdbc.sql("SELECT count(*) FROM a").query(Long.class).single())
                .isZero();
    }

    @Test
    void aScriptThatHasRunIsNotChanged() {
        tables.migrate(List.of(PARCELS, WEIGHT));
        var changed = file(WEIGHT.path(), "ALTER TABLE parcel ADD COLUMN weight BIGINT;");

        assertThat(tables.migrate(List.of(PARCELS, changed))).singleElement().satisfies(finding -> {
            assertThat(finding.file()).isEqualTo(WEIGHT.path());
            assertThat(finding.message()).contains("has run already");
        });
        assertThat(tables.migrate(List.of(PARCELS, WEIGHT))).isEmpty();
    }

    @Test
    void aScriptThatHasRunIsNotTakenAway() {
        tables.migrate(List.of(PARCELS, WEIGHT));

        assertThat(tables.migrate(List.of(WEIGHT)))
                .singleElement()
                .extracting(Finding::message)
                .asString()
                .contains("version 1 has run and its script is gone");
    }

    @Test
    void aScriptWithALowerVersionThanHasRunIsRefused() {
        tables.migrate(List.of(PARCELS, WEIGHT));
        var late = file("parcels/db/V1_5__late.sql", "SELECT 1;");

        assertThat(tables.migrate(List.of(PARCELS, late, WEIGHT)))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.file()).isEqualTo(late.path());
                    assertThat(finding.message()).contains("lower");
                });
    }

    @Test
    void aHubThatHasNotYetTheNewestScriptGoesOn() {
        tables.migrate(List.of(PARCELS, WEIGHT));

        assertThat(new FlowTables(database).migrate(List.of(PARCELS))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"parcels.sql", "v1__a.sql", "V1_a.sql", "V1__a b.sql", "beforeMigrate__x.sql", "U1__undo.sql"})
    void aScriptThatIsNamedOtherwiseIsRefused(String name) {
        var findings = tables.migrate(List.of(PARCELS, file("parcels/db/" + name, "SELECT 1;")));

        assertThat(findings).singleElement().extracting(Finding::file).isEqualTo("parcels/db/" + name);
        assertThat(tables.migrate(List.of(PARCELS))).isEmpty();
    }

    @Test
    void foldersThatWouldShareAHistoryAreRefused() {
        var one = file("a-b/db/V1__x.sql", "SELECT 1;");
        var other = file("a_b/db/V1__x.sql", "SELECT 1;");

        assertThat(tables.check(List.of(one, other)))
                .singleElement()
                .extracting(Finding::file)
                .isEqualTo(other.path());
    }

    @Test
    void aFileOfSqlElsewhereIsNoScript() {
        assertThat(tables.migrate(
                        List.of(file("parcels/select.sql", "CREATE TABEL"), file("db/V1__x.sql", "CREATE TABEL"))))
                .isEmpty();
    }

    @Test
    void hubsThatStartTogetherRunAScriptOnce() {
        var hubs = IntStream.range(0, 4)
                .mapToObj(hub ->
                        CompletableFuture.supplyAsync(() -> new FlowTables(database).migrate(List.of(PARCELS, WEIGHT))))
                .toList();

        assertThat(hubs).allSatisfy(hub -> assertThat(hub.join()).isEmpty());
    }

    @Test
    void aDatabaseThatIsAwayRefusesNoScript() {
        var nowhere = new FlowTables(new DriverManagerDataSource("jdbc:postgresql://127.0.0.1:1/none", "u", "p"));

        assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> nowhere.migrate(List.of(PARCELS)));
    }

    private static RouteFile file(String path, String sql) {
        return new RouteFile(path, sql.getBytes(StandardCharsets.UTF_8));
    }
}
