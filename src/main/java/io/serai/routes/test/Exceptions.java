// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import io.serai.message.Invalid;
import org.jspecify.annotations.Nullable;

/** Exceptions by name, for mocks that fail and for routes that must. */
final class Exceptions {

    private Exceptions() {}

    /** An exception of the class, made with its message where it has such a constructor. */
    static Exception create(RouteTest.Failing failing) {
        var name = failing.type() == null ? "java.io.IOException" : failing.type();
        var message = failing.message() == null ? "the mock fails" : failing.message();
        try {
            var type = Class.forName(name).asSubclass(Exception.class);
            return type.getConstructor(String.class).newInstance(message);
        } catch (ReflectiveOperationException | ClassCastException unusable) {
            throw new Invalid(
                    "the mock's failure " + name + " is no exception that takes a message; name another", unusable);
        }
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
