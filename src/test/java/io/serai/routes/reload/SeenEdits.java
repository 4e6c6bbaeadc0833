// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Header;

/** What edited routes call for each event. Static, since they name the class: it has to outlive their hub. */
public final class SeenEdits {

    private static final Map<String, Set<String>> BY_EVENT = new ConcurrentHashMap<>();

    public void see(@Header("CamelCloudEventID") String event, @Header("answer") String answer) {
        BY_EVENT.computeIfAbsent(event, none -> ConcurrentHashMap.newKeySet()).add(answer);
    }

    /** The answers of the routes that saw the event. */
    static Set<String> of(String event) {
        return BY_EVENT.getOrDefault(event, Set.of());
    }
}
