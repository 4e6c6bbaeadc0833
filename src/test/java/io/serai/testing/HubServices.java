// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that needs real servers.
 *
 * <p>They are, first that holds: at the address given in the environment ({@code SERAI_TEST_RABBITMQ_URL} with
 * {@code SERAI_TEST_RABBITMQ_MANAGEMENT_URL}, {@code SERAI_TEST_POSTGRES_URL}), or started from the programs of this
 * machine. Else the test is skipped with the reason; with {@code CI=true} that is a failure.
 *
 * <p>Tests take {@link RabbitNode} and {@link PostgresNode} as parameters or from {@link SharedNodes}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(HubServicesExtension.class)
public @interface HubServices {

    /** Which servers; both by default. */
    Kind[] value() default {Kind.RABBITMQ, Kind.POSTGRES};

    /** A kind of server. */
    enum Kind {
        RABBITMQ,
        POSTGRES
    }
}
