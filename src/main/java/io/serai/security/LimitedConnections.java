// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.NioEndpoint;

/**
 * HTTP for as many connections as one address may have; those beyond are closed at once.
 *
 * <p>Connections that send nothing, or a header by the byte, hold no thread, but each takes one of {@code
 * server.tomcat.max-connections}. Tomcat makes this class by its name.
 */
public final class LimitedConnections extends Http11NioProtocol {

    public LimitedConnections() {
        super(new Endpoint());
    }

    /** @param most connections of one address, 1 or more; to be set before the start */
    void setMostPerAddress(int most) {
        ((Endpoint) getEndpoint()).most = most;
    }

    private static final class Endpoint extends NioEndpoint {

        private int most = Integer.MAX_VALUE;

        /** Called by the one thread that accepts. */
        @Override
        protected boolean setSocketOptions(SocketChannel socket) {
            if (connections.size() >= most && open(socket.socket().getInetAddress()) >= most) {
                destroySocket(socket);
                return true;
            }
            return super.setSocketOptions(socket);
        }

        private long open(InetAddress address) {
            return connections.keySet().stream()
                    .filter(each -> address.equals(each.socket().getInetAddress()))
                    .count();
        }
    }
}
