// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import io.serai.message.Invalid;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.jspecify.annotations.Nullable;

/** Exceptions by name, for mocks that fail and for routes that must. */
final class Exceptions {

    /** Where a name without a package is looked for, in this order. */
    private static final List<String> PACKAGES = List.of(
            "java.lang",
            "java.io",
            "java.net",
            "java.net.http",
            "java.sql",
            "java.util.concurrent",
            "java.time",
            "java.time.format",
            "javax.net.ssl",
            "org.apache.camel",
            "org.apache.camel.http.base",
            "org.apache.camel.component.jsonvalidator",
            "org.apache.camel.support.processor.validation",
            "org.springframework.dao",
            "org.springframework.jdbc",
            "org.springframework.amqp",
            "com.fasterxml.jackson.core",
            "io.serai.message");

    private Exceptions() {}

    /**
     * Checks that the exception can be made.
     *
     * @throws Invalid where its class is not known, cannot be made, or has not the facts given
     */
    static void check(RouteTest.Thrown thrown) {
        var type = typeOf(thrown);
        var isHttp = type == HttpOperationFailedException.class;
        if (isHttp ? thrown.status() == null : isOfHttp(thrown)) {
            throw new Invalid("the mock's failure " + type.getName()
                    + (isHttp ? " needs a status, 100 to 599" : " has no status, headers or body"));
        }
        if (thrown.status() != null && (thrown.status() < 100 || thrown.status() > 599)) {
            throw new Invalid("the mock's failure has the status " + thrown.status() + "; it is 100 to 599");
        }
        if (thrown.sqlState() != null && type != SQLException.class) {
            throw new Invalid("the mock's failure " + type.getName() + " has no sqlState");
        }
        if (!isHttp) {
            constructor(type);
        }
    }

    private static boolean isOfHttp(RouteTest.Thrown thrown) {
        return thrown.status() != null
                || thrown.body() != null
                || !thrown.headers().isEmpty();
    }

    /**
     * The exception, made as far as its constructors allow: with the message, and the exchange it comes of.
     *
     * @param uri the endpoint that throws it
     */
    static Exception create(RouteTest.Thrown thrown, Exchange exchange, String uri, Content content) {
        var type = typeOf(thrown);
        var message = thrown.message() == null ? "the mock fails" : thrown.message();
        if (type == HttpOperationFailedException.class && thrown.status() != null) {
            var body = content.of(thrown.body(), null);
            return new HttpOperationFailedException(
                    uri,
                    thrown.status(),
                    message,
                    thrown.headers().get("Location"),
                    thrown.headers(),
                    body == null ? null : new String(body, StandardCharsets.UTF_8));
        }
        if (type == SQLException.class) {
            return new SQLException(message, thrown.sqlState());
        }
        return make(type, message, exchange);
    }

    private static Class<? extends Exception> typeOf(RouteTest.Thrown thrown) {
        var name = thrown.type();
        if (name == null) {
            return thrown.status() != null
                    ? HttpOperationFailedException.class
                    : thrown.sqlState() != null ? SQLException.class : IOException.class;
        }
        var names = new ArrayList<String>();
        names.add(name);
        if (name.indexOf('.') < 0) {
            PACKAGES.forEach(each -> names.add(each + "." + name));
        }
        return names.stream()
                .<Class<? extends Exception>>mapMulti((each, found) -> {
                    var type = find(each);
                    if (type != null) {
                        found.accept(type);
                    }
                })
                .findFirst()
                .orElseThrow(
                        () -> new Invalid(
                                "the mock's failure " + name
                                        + " is no exception that is known; name its class with the package, as in java.io.IOException"));
    }

    private static @Nullable Class<? extends Exception> find(String name) {
        try {
            var type = Class.forName(name, false, Exceptions.class.getClassLoader());
            return Exception.class.isAssignableFrom(type) ? type.asSubclass(Exception.class) : null;
        } catch (ClassNotFoundException | LinkageError unknown) {
            return null;
        }
    }

    private static Exception make(Class<? extends Exception> type, String message, @Nullable Exchange exchange) {
        var constructor = constructor(type);
        var values = new ArrayList<@Nullable Object>();
        var isSaid = false;
        for (var parameter : constructor.getParameterTypes()) {
            values.add(value(parameter, isSaid ? "" : message, exchange));
            isSaid |= parameter == String.class;
        }
        try {
            return constructor.newInstance(values.toArray());
        } catch (ReflectiveOperationException | RuntimeException unusable) {
            throw unmakeable(type, unusable);
        }
    }

    /** That with the message and the least besides. */
    @SuppressWarnings("unchecked")
    private static Constructor<? extends Exception> constructor(Class<? extends Exception> type) {
        return (Constructor<? extends Exception>) Arrays.stream(type.getConstructors())
                .min(Comparator.<Constructor<?>>comparingInt(Exceptions::rank)
                        .thenComparingInt(Constructor::getParameterCount))
                .orElseThrow(() -> unmakeable(type, null));
    }

    /** Its message is given, or that of its cause, or neither. */
    private static int rank(Constructor<?> constructor) {
        var parameters = List.of(constructor.getParameterTypes());
        if (parameters.contains(String.class)) {
            return 0;
        }
        return parameters.stream().anyMatch(Throwable.class::isAssignableFrom) ? 1 : 2;
    }

    private static @Nullable Object value(Class<?> parameter, String message, @Nullable Exchange exchange) {
        if (parameter == String.class) {
            return message;
        }
        if (parameter == Exchange.class) {
            return exchange;
        }
        if (parameter == boolean.class) {
            return false;
        }
        if (parameter.isPrimitive()) {
            return 0;
        }
        if (parameter.isAssignableFrom(Exception.class)) {
            return new Exception(message);
        }
        return parameter.isAssignableFrom(SQLException.class) ? new SQLException(message) : null;
    }

    private static Invalid unmakeable(Class<?> type, @Nullable Exception why) {
        var problem = "the mock's failure " + type.getName() + " cannot be made; name another";
        return why == null ? new Invalid(problem) : new Invalid(problem, why);
    }

    static boolean is(Throwable thrown, RouteTest.Failing expected) {
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            var message = cause.getMessage();
            if (isNamed(cause.getClass(), expected.type())
                    && (expected.message() == null || (message != null && message.contains(expected.message())))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNamed(Class<?> thrown, @Nullable String name) {
        for (Class<?> type = thrown; name != null && type != null; type = type.getSuperclass()) {
            if (type.getName().equals(name) || type.getSimpleName().equals(name)) {
                return true;
            }
        }
        return name == null;
    }
}
