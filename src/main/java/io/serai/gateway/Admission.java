// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.http.Problem;
import io.serai.http.Refused;
import io.serai.message.Event;
import io.serai.message.EventPattern;
import io.serai.message.Invalid;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import org.springframework.util.StringUtils;

/**
 * Lets a caller publish in its own name only: sources and types of the hub are refused, and each event says who has
 * published it. Thread-safe.
 *
 * <pre>{@code
 * {"authtype": "user", "authid": "warehouse"}
 * }</pre>
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/auth-context.md">Auth Context</a>
 */
final class Admission {

    static final String AUTH_TYPE = "authtype";
    static final String AUTH_ID = "authid";

    /** Says more about the caller, so that it is no more the caller's to say. */
    private static final String AUTH_CLAIMS = "authclaims";

    private final String hubSource;
    private final List<EventPattern> reserved;

    /**
     * @param hubSource sources equal to it or below it are the hub's
     * @param reservedTypes patterns of types that are the hub's
     * @throws Invalid where one is no pattern
     */
    Admission(String hubSource, List<String> reservedTypes) {
        this.hubSource = comparable(hubSource);
        this.reserved = reservedTypes.stream().map(EventPattern::new).toList();
    }

    /** @throws Refused (403) where source or type is the hub's */
    Event admit(HttpServletRequest request, Event event) {
        return admit(request, List.of(event), false).get(0);
    }

    /** @throws Refused (403) naming each as a JSON pointer; then none is admitted */
    List<Event> admitBatch(HttpServletRequest request, List<Event> events) {
        return admit(request, events, true);
    }

    /**
     * An event to which the hub itself has given its source.
     *
     * @throws Refused (403) where its type is the hub's
     */
    Event admitOwn(HttpServletRequest request, Event event) {
        var wrong = new ArrayList<Invalid.Field>();
        checkType(event, "", wrong);
        check(wrong);
        return signed(request, event);
    }

    private List<Event> admit(HttpServletRequest request, List<Event> events, boolean isBatch) {
        var wrong = new ArrayList<Invalid.Field>();
        for (int i = 0; i < events.size(); i++) {
            var at = isBatch ? "/" + i + "/" : "";
            if (isHubs(events.get(i).source())) {
                wrong.add(new Invalid.Field(at + "source", "reserved for the hub's own routes (serai.bus.source)"));
            }
            checkType(events.get(i), at, wrong);
        }
        check(wrong);
        return events.stream().map(event -> signed(request, event)).toList();
    }

    private void checkType(Event event, String at, List<Invalid.Field> wrong) {
        if (reserved.stream().anyMatch(pattern -> pattern.matches(event.type()))) {
            wrong.add(new Invalid.Field(
                    at + "type", "reserved for the hub's own routes (serai.security.reserved-types)"));
        }
    }

    private static void check(List<Invalid.Field> wrong) {
        if (!wrong.isEmpty()) {
            throw new Refused(Problem.of(
                            403,
                            "reserved",
                            "publishing over HTTP: " + wrong.size()
                                    + " attribute(s) are the hub's own; use a source and a type of your own")
                    .withErrors(List.copyOf(wrong)));
        }
    }

    private boolean isHubs(String source) {
        var text = comparable(source);
        return text.equals(hubSource) || text.startsWith(hubSource + "/");
    }

    /** A reader may take two spellings of one URI for the same. */
    private static String comparable(String source) {
        var uri = URI.create(source);
        var text = uri.isOpaque() || uri.getPath() == null
                ? source
                : prefix(uri) + StringUtils.cleanPath("/" + uri.getPath()).replaceAll("/+", "/");
        return text.replaceFirst("/+$", "").toLowerCase(Locale.ROOT);
    }

    private static String prefix(URI uri) {
        var scheme = uri.getScheme() == null ? "" : uri.getScheme() + ":";
        return uri.getRawAuthority() == null ? scheme : scheme + "//" + uri.getRawAuthority();
    }

    private static Event signed(HttpServletRequest request, Event event) {
        var extensions = new HashMap<>(event.extensions());
        extensions.remove(AUTH_CLAIMS);
        extensions.remove(AUTH_ID);
        var user = request.getRemoteUser();
        if (user == null) {
            extensions.put(AUTH_TYPE, "unauthenticated");
        } else {
            extensions.put(AUTH_TYPE, "user");
            extensions.put(AUTH_ID, user);
        }
        return new Event(
                event.id(),
                event.source(),
                event.type(),
                event.subject(),
                event.time(),
                event.dataContentType(),
                event.dataSchema(),
                extensions,
                event.data());
    }
}
