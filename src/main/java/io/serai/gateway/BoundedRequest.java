// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.gateway.problem.BodyTooLarge;
import io.serai.gateway.problem.BodyTooSlow;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A request whose body fails at the byte beyond the limit or when its time is over, and at each read from then on. */
final class BoundedRequest extends HttpServletRequestWrapper {

    private final long limit;
    private final Duration timeout;
    private final BodyReads reads;
    private @Nullable Bounded body;
    private @Nullable BufferedReader reader;

    BoundedRequest(HttpServletRequest request, long limit, Duration timeout, BodyReads reads) {
        super(request);
        this.limit = limit;
        this.timeout = timeout;
        this.reads = reads;
    }

    /** Some readers swallow the failure and go on with half a body; who used one asks afterwards. */
    static void checkNotExceeded(ServletRequest request) throws IOException {
        @Nullable ServletRequest each = request;
        while (each instanceof ServletRequestWrapper wrapper) {
            if (wrapper instanceof BoundedRequest bounded && bounded.body != null) {
                bounded.body.check();
            }
            each = wrapper.getRequest();
        }
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (body == null) {
            body = new Bounded(super.getInputStream(), limit, timeout, reads);
        }
        return body;
    }

    @Override
    public BufferedReader getReader() throws IOException {
        if (reader == null) {
            var named = getCharacterEncoding();
            var charset = named == null ? StandardCharsets.UTF_8 : Charset.forName(named);
            reader = new BufferedReader(new InputStreamReader(getInputStream(), charset));
        }
        return reader;
    }

    private static final class Bounded extends ServletInputStream {

        private final ServletInputStream in;
        private final long limit;
        private final Duration timeout;
        private final BodyReads reads;
        private final long begin = System.nanoTime();
        private long left;
        private @Nullable IOException failure;

        Bounded(ServletInputStream in, long limit, Duration timeout, BodyReads reads) {
            this.in = in;
            this.limit = limit;
            this.timeout = timeout;
            this.reads = reads;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            check();
            // what is there already takes no time
            int n = in.isFinished() || in.available() > 0
                    ? in.read(buffer, offset, length)
                    : reads.read(() -> in.read(buffer, offset, length));
            left -= Math.max(0, n);
            if (left < 0) {
                failure = new BodyTooLarge(limit);
            } else if (n >= 0 && System.nanoTime() - begin > timeout.toNanos()) {
                failure = new BodyTooSlow(timeout);
            }
            check();
            return n;
        }

        void check() throws IOException {
            if (failure != null) {
                throw failure;
            }
        }

        @Override
        public int available() throws IOException {
            return in.available();
        }

        @Override
        public boolean isFinished() {
            return in.isFinished();
        }

        @Override
        public boolean isReady() {
            return in.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            in.setReadListener(listener);
        }
    }
}
