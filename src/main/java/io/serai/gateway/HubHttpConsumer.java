// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.gateway.PendingAnswer.Answer;
import io.serai.gateway.gate.Gated;
import io.serai.http.ProblemWriter;
import io.serai.http.Refused;
import io.serai.message.NotFound;
import io.serai.message.Unavailable;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.StreamCache;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumerAware;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConstants;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.apache.camel.http.base.HttpHelper;
import org.apache.camel.http.common.HttpBinding;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * Runs one route for each request (Messaging Gateway).
 *
 * <p>A route that is done when {@code process} returns is answered on the spot. One that waits, say for a broker's confirm,
 * holds no thread: the answer is deferred. Either way the exchange is done exactly once, after its response is written.
 */
final class HubHttpConsumer extends SpringBootPlatformHttpConsumer implements Gated {

    private static final Set<String> ALL_VERBS =
            Arrays.stream(RequestMethod.values()).map(Enum::name).collect(Collectors.toUnmodifiableSet());

    private final HttpBinding binding;
    private final ProblemWriter problems;
    private final Duration timeout;
    private final JsonMembers members;
    private final Supplier<HubRequestMapping> paths;
    private final Door door = new Door();

    HubHttpConsumer(
            PlatformHttpEndpoint endpoint,
            Processor processor,
            ProblemWriter problems,
            Duration timeout,
            JsonMembers members,
            Supplier<HubRequestMapping> paths) {
        super(endpoint, processor, Runnable::run);
        this.problems = problems;
        this.members = members;
        this.paths = paths;
        var own = endpoint.getRequestTimeout();
        // the component's is Spring MVC's, which is for controllers
        this.timeout = own > 0 && own != endpoint.getComponent().getRequestTimeout() ? Duration.ofMillis(own) : timeout;
        this.binding = new RouteBinding(endpoint.getCamelContext());
        binding.setHeaderFilterStrategy(new RouteHeaders(endpoint.getHeaderFilterStrategy()));
        binding.setFileNameExtWhitelist(endpoint.getFileNameExtWhitelist());
        // as bytes, read whole before the route starts: a reader would mend malformed text, and failures to read it get
        // lost
        binding.setUseReaderForPayload(false);
    }

    @Override
    protected void doStart() throws Exception {
        // Camel would only log what its listeners throw
        paths.get().checkFree(this);
        super.doStart();
    }

    /** Whether one request would fit both, and nothing but their order decide. */
    boolean servesTheSameAs(HubHttpConsumer other) {
        var one = getEndpoint();
        var two = other.getEndpoint();
        return pattern(one).equals(pattern(two))
                && one.isMatchOnUriPrefix() == two.isMatchOnUriPrefix()
                && Objects.equals(one.getConsumes(), two.getConsumes())
                && Objects.equals(one.getProduces(), two.getProduces())
                && verbs(one).stream().anyMatch(verbs(two)::contains);
    }

    private static String pattern(PlatformHttpEndpoint endpoint) {
        return endpoint.getPath().replaceAll("\\{[^}]*}", "{}");
    }

    private static Set<String> verbs(PlatformHttpEndpoint endpoint) {
        return endpoint.getHttpMethodRestrict() == null
                ? ALL_VERBS
                : Set.copyOf(Arrays.asList(endpoint.getHttpMethodRestrict()
                        .toUpperCase(Locale.ROOT)
                        .split("\\s*,\\s*", -1)));
    }

    /** @return null, which tells Spring MVC that the response is dealt with */
    @Override
    @ResponseBody
    @SuppressWarnings("NullAway") // the return type is not ours, and null is how it says "done"
    public CompletableFuture<Void> service(HttpServletRequest request, HttpServletResponse response) {
        try {
            MediaTypes.checkNotEncoded(request);
        } catch (Refused encoded) {
            problems.write(request, response, encoded);
            return null;
        }
        if (getEndpoint().isUseCookieHandler()) {
            // works on fields of the superclass
            return super.service(request, response);
        }
        if (!door.enter()) {
            var answer = new CompletableFuture<Answer>();
            var pending = PendingAnswer.defer(request, answer, timeout, true);
            await(request, response, pending, answer);
            return null;
        }
        var refused = refusal();
        if (refused != null) {
            door.leave();
            var successor = refused instanceof NotFound ? successor(request) : null;
            if (successor != null) {
                return successor.service(request, response);
            }
            problems.write(request, response, refused);
            return null;
        }
        var exchange = createExchange(true);
        try {
            read(request, response, exchange);
        } catch (Exception unreadable) {
            exchange.setException(unreadable);
            answer(exchange, request, response);
            return null;
        }
        process(exchange, request, response);
        return null;
    }

    @Override
    public void hold() {
        door.hold();
    }

    @Override
    public int inHand() {
        return door.inside();
    }

    @Override
    public void release() {
        if (isGone()) {
            paths.get().forget(this);
        }
        door.open();
    }

    private void process(Exchange exchange, HttpServletRequest request, HttpServletResponse response) {
        var processed = new CompletableFuture<Answer>();
        var synchronous = getAsyncProcessor().process(exchange, doneSync -> {
            if (!doneSync) {
                processed.complete(new RouteAnswer(exchange, request));
            }
        });
        if (synchronous) {
            answer(exchange, request, response);
        } else {
            PendingAnswer.defer(request, processed, timeout, true);
        }
    }

    /** Goes on when the door opens, on a thread of the server, with whoever serves the path then. */
    private void await(
            HttpServletRequest request,
            HttpServletResponse response,
            PendingAnswer pending,
            CompletableFuture<Answer> answer) {
        door.whenOpen(() -> {
            if (pending.isOver()) {
                answer.completeExceptionally(new Unavailable("answering request: it was not begun in time"));
            } else {
                request.getAsyncContext().start(() -> goOn(request, response, pending, answer));
            }
        });
    }

    private void goOn(
            HttpServletRequest request,
            HttpServletResponse response,
            PendingAnswer pending,
            CompletableFuture<Answer> answer) {
        try {
            var next = paths.get().consumerFor(request);
            if (next == null) {
                throw new NotFound("finding resource: its route was removed");
            }
            next.processLater(request, response, pending, answer);
        } catch (Exception refused) {
            answer.completeExceptionally(refused);
        }
    }

    private void processLater(
            HttpServletRequest request,
            HttpServletResponse response,
            PendingAnswer pending,
            CompletableFuture<Answer> answer) {
        if (!door.enter()) {
            await(request, response, pending, answer);
            return;
        }
        var refused = refusal();
        if (refused != null) {
            door.leave();
            answer.completeExceptionally(refused);
            return;
        }
        var exchange = createExchange(true);
        try {
            read(request, response, exchange);
        } catch (Exception unreadable) {
            exchange.setException(unreadable);
            answer.complete(new RouteAnswer(exchange, request));
            return;
        }
        getAsyncProcessor().process(exchange, doneSync -> answer.complete(new RouteAnswer(exchange, request)));
    }

    /** Who serves the path since this one's route was replaced, after the request had been led here. */
    private @Nullable HubHttpConsumer successor(HttpServletRequest request) {
        try {
            var next = paths.get().consumerFor(request);
            return next == this ? null : next;
        } catch (Exception none) {
            return null;
        }
    }

    private void read(HttpServletRequest request, HttpServletResponse response, Exchange exchange) throws Exception {
        exchange.setPattern(ExchangePattern.InOut);
        createUoW(exchange);
        HttpHelper.setCharsetFromContentType(request.getContentType(), exchange);
        var message = new PlatformHttpMessage(request, response, exchange, binding, false);
        exchange.setIn(message);
        message.init(exchange, binding, request, response);
        NotModified.remember(request, exchange);
        message.getHeaders().forEach((name, value) -> {
            if (!name.startsWith("Camel")) {
                OutsideHeaders.add(exchange, name, value);
            }
        });
        message.setHeader(
                SpringBootPlatformHttpConstants.CONTEXT_PATH, getEndpoint().getPath());
        // conversions swallow the failure to read
        BoundedRequest.checkNotExceeded(request);
        checkMembers(message.getBody());
    }

    private void checkMembers(@Nullable Object body) throws IOException {
        if (body instanceof byte[] bytes) {
            members.check(bytes);
        } else if (body instanceof StreamCache cache && body instanceof InputStream stream) {
            members.check(stream);
            cache.reset();
        }
    }

    private void answer(Exchange exchange, HttpServletRequest request, HttpServletResponse response) {
        try {
            var failure = exchange.getException();
            if (failure == null) {
                failure = RestRequestValidator.bindingRefusal(exchange);
            }
            if (failure != null) {
                problems.write(request, response, failure);
            } else {
                NotModified.apply(exchange);
                binding.writeResponse(exchange, response);
            }
        } catch (IOException | RuntimeException broken) {
            if (getEndpoint().isHandleWriteResponseError()) {
                exchange.setException(broken);
            }
            problems.write(request, response, broken);
        } finally {
            finish(exchange);
        }
    }

    private final class RouteAnswer implements Answer {

        private final Exchange exchange;
        private final HttpServletRequest request;

        RouteAnswer(Exchange exchange, HttpServletRequest request) {
            this.exchange = exchange;
            this.request = request;
        }

        @Override
        public void writeTo(HttpServletResponse response) {
            answer(exchange, request, response);
        }

        @Override
        public void discard() {
            finish(exchange);
        }
    }

    private void finish(Exchange exchange) {
        doneUoW(exchange);
        releaseExchange(exchange, false);
        door.leave();
    }

    /** A removed route leaves its mapping behind; a stopped or suspended one comes back. */
    private @Nullable RuntimeException refusal() {
        if (isStarted() && !isSuspended()) {
            return null;
        }
        return isGone()
                ? new NotFound("finding resource: its route was removed")
                : new Unavailable("answering request: its route is stopped, try again");
    }

    private boolean isGone() {
        return findRoute().isEmpty();
    }

    /** The route that it begins; none once that is removed. */
    Optional<Route> findRoute() {
        return getEndpoint().getCamelContext().getRoutes().stream()
                .filter(this::isOf)
                .findFirst();
    }

    private boolean isOf(Route route) {
        return route.getConsumer() instanceof PlatformHttpConsumerAware outer
                && outer.getPlatformHttpConsumer() == this;
    }
}
