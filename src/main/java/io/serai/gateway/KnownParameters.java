// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.message.Invalid;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses parameters that the hub's own API does not know: a filter that is misspelt would otherwise ask for everything.
 *
 * <p>Routes take what they like, and so does whoever publishes an event: webhooks add parameters of their own. Streams take
 * them too: a browser's {@code EventSource} never connects again after a refusal, and libraries add one against caches.
 */
final class KnownParameters implements HandlerInterceptor {

    private static final int SHOWN = 64;

    private final DefaultParameterNameDiscoverer discoverer = new DefaultParameterNameDiscoverer();
    private final Map<Method, Set<String>> known = new ConcurrentHashMap<>();

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        // the query alone: reading parameters might read the body too
        var query = request.getQueryString();
        if (query != null && handler instanceof HandlerMethod method && isOwn(method)) {
            check(query, known.computeIfAbsent(method.getMethod(), any -> names(method)));
        }
        return true;
    }

    private static boolean isOwn(HandlerMethod method) {
        return method.getBeanType().getName().startsWith("io.serai.")
                && method.getBeanType() != EventsController.class
                && method.getBeanType() != HubHttpConsumer.class
                && !isStream(method);
    }

    private static boolean isStream(HandlerMethod method) {
        var mapping = AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), RequestMapping.class);
        return mapping != null && List.of(mapping.produces()).contains(MediaType.TEXT_EVENT_STREAM_VALUE);
    }

    private Set<String> names(HandlerMethod method) {
        return Arrays.stream(method.getMethodParameters())
                .filter(parameter -> parameter.hasParameterAnnotation(RequestParam.class))
                .map(this::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private String name(MethodParameter parameter) {
        var named = parameter.getParameterAnnotation(RequestParam.class);
        if (named != null && !named.name().isEmpty()) {
            return named.name();
        }
        parameter.initParameterNameDiscovery(discoverer);
        return String.valueOf(parameter.getParameterName());
    }

    private static void check(String query, Set<String> known) {
        var wrong = Arrays.stream(query.split("&"))
                .filter(each -> !each.isEmpty())
                .map(each -> decoded(each.split("=", 2)[0]))
                .filter(name -> !known.contains(name))
                .distinct()
                .map(name -> new Invalid.Field(shown(name), "unknown; " + known(known)))
                .toList();
        if (!wrong.isEmpty()) {
            throw new Invalid("reading parameters: " + wrong.size() + " unknown", wrong, null);
        }
    }

    private static String known(Set<String> names) {
        return names.isEmpty() ? "no parameter is known here" : "known are " + String.join(", ", names);
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return name;
        }
    }

    private static String shown(String name) {
        var printable = name.replaceAll("[^\\x20-\\x7E]", "?");
        return printable.length() <= SHOWN ? printable : printable.substring(0, SHOWN) + "…";
    }
}
