// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.gateway.problem.BodyTooLarge;
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
import org.jspecify.annotations.Nullable;

/** A request whose body fails at the byte beyond the limit, and at each read from then on. */
final class BoundedRequest extends HttpServletRequestWrapper {

    private final long limit;
    private @Nullable Bounded body;
    private @Nullable BufferedReader reader;

    BoundedRequest(HttpServletRequest request, long limit) {
        super(request);
        this.limit = limit;
    }

    /** Some readers swallow the failure and go on with half a body; who used one asks afterwards. */
    static void checkNotExceeded(ServletRequest request) throws BodyTooLarge {
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
            body = new Bounded(super.getInputStream(), limit);
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
        private long left;

        Bounded(ServletInputStream in, long limit) {
            this.in = in;
            this.limit = limit;
            this.left = limit;
        }

        @Override
        public int read() throws IOException {
            check();
            int b = in.read();
            count(b < 0 ? 0 : 1);
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            check();
            int n = in.read(buffer, offset, length);
            count(Math.max(0, n));
            return n;
        }

        private void count(int n) throws BodyTooLarge {
            left -= n;
            check();
        }

        void check() throws BodyTooLarge {
            if (left < 0) {
                throw new BodyTooLarge(limit);
            }
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
