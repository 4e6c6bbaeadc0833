// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.Heartbeat;
import io.serai.message.Printable;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Logs who changes the hub and who is refused: user, address, method, path and status of the answer.
 *
 * <p>Events and calls of services are the hub's work and are not logged, nor are announcements of a service that is known
 * at that address. Refusals are logged at most once a second; the next line counts those left out.
 */
final class AuditLog extends OncePerRequestFilter {

    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);
    private static final int MOST_CHARACTERS = 200;
    private static final Set<Integer> REFUSALS = Set.of(401, 403, 415, 421, 429);
    private static final RequestMatcher API = path("/api/**");
    private static final RequestMatcher EVENTS = path("/api/events/**");

    private final List<RequestMatcher> services;
    private final RareLines refusals;

    /** @param servicePaths Spring path patterns */
    AuditLog(List<String> servicePaths, Clock clock) {
        this.services = servicePaths.stream().map(AuditLog::path).toList();
        this.refusals = new RareLines(clock);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // taken now, since another thread may end an answer that comes later
        var change = isChange(request);
        chain.doFilter(request, response);
        var call = new Call(
                who(),
                request.getRemoteAddr(),
                request.getMethod(),
                request.getRequestURI(),
                change && !Heartbeat.isMarked(request));
        if (request.isAsyncStarted()) {
            request.getAsyncContext().addListener(new Later(call, response));
        } else {
            note(call, response.getStatus());
        }
    }

    private boolean isChange(HttpServletRequest request) {
        return RequestRule.changesState(request)
                && API.matches(request)
                && !EVENTS.matches(request)
                && services.stream().noneMatch(each -> each.matches(request));
    }

    private void note(Call call, int status) {
        if (REFUSALS.contains(status)) {
            var leftOut = refusals.next();
            if (leftOut != RareLines.LEAVE_OUT) {
                LOG.warn(
                        "audit refused who={} from={} method={} path={} status={} leftOut={}",
                        call.who(),
                        call.from(),
                        call.method(),
                        printable(call.path()),
                        status,
                        leftOut);
            }
        } else if (call.change()) {
            LOG.info(
                    "audit who={} from={} method={} path={} status={}",
                    call.who(),
                    call.from(),
                    call.method(),
                    printable(call.path()),
                    status);
        }
    }

    private static String who() {
        var login = SecurityContextHolder.getContext().getAuthentication();
        var name = login == null || !login.isAuthenticated() ? "anonymousUser" : login.getName();
        return name.equals("anonymousUser") ? "-" : printable(name);
    }

    private static String printable(String text) {
        return Printable.of(text, MOST_CHARACTERS).replace(' ', '?');
    }

    private static RequestMatcher path(String pattern) {
        return PathPatternRequestMatcher.withDefaults().matcher(pattern);
    }

    /** A request, once it is known who sent it. */
    private record Call(String who, String from, String method, String path, boolean change) {}

    private final class Later implements AsyncListener {

        private final Call call;
        private final HttpServletResponse response;

        Later(Call call, HttpServletResponse response) {
            this.call = call;
            this.response = response;
        }

        @Override
        public void onComplete(AsyncEvent event) {
            note(call, response.getStatus());
        }

        @Override
        public void onTimeout(AsyncEvent event) {}

        @Override
        public void onError(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }
    }
}
