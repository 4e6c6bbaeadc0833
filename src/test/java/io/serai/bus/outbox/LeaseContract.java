// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** What a lease promises on every database. */
abstract class LeaseContract {

    private JdbcClient jdbc;

    abstract DriverManagerDataSource database();

    @BeforeEach
    void leaseThatNobodyHolds() {
        jdbc = JdbcClient.create(database());
        jdbc.sql("CREATE TABLE lease (name VARCHAR(64) NOT NULL PRIMARY KEY, holder VARCHAR(255) NOT NULL,"
                        + " expires_at TIMESTAMP WITH TIME ZONE NOT NULL)")
                .update();
        jdbc.sql("INSERT INTO lease VALUES ('task', 'nobody', CURRENT_TIMESTAMP - INTERVAL '1' SECOND)")
                .update();
    }

    @AfterEach
    void drop() {
        jdbc.sql("DROP TABLE lease").update();
    }

    @Test
    void isHeldForItsTimeToTheMillisecond() {
        assertThat(lease("one", Duration.ofMillis(5900)).hold()).isTrue();

        assertThat(jdbc.sql("SELECT EXTRACT(EPOCH FROM (expires_at - CURRENT_TIMESTAMP)) FROM lease")
                        .query(Double.class)
                        .single())
                .isGreaterThan(5.0)
                .isLessThanOrEqualTo(5.9);
    }

    @Test
    void isRenewedByItsHolderAndTakenByAnotherWhenItWasGivenBack() {
        var one = lease("one", Duration.ofMinutes(5));
        var other = lease("other", Duration.ofMinutes(5));

        assertThat(one.hold()).isTrue();
        assertThat(one.hold()).isTrue();
        assertThat(other.hold()).isFalse();
        one.giveBack();
        assertThat(other.hold()).isTrue();
        assertThat(one.hold()).isFalse();
    }

    private Lease lease(String holder, Duration time) {
        return new Lease(jdbc, "task", holder, time);
    }
}
