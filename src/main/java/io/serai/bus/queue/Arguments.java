// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import java.util.Arrays;
import org.aopalliance.intercept.MethodInvocation;

/** What a listener is called with. */
final class Arguments {

    private Arguments() {}

    static <T> T of(MethodInvocation call, Class<T> type) {
        return Arrays.stream(call.getArguments())
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a listener is called with a " + type.getSimpleName()));
    }
}
