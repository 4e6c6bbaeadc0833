// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Stands between a client and a server on loopback and plays a bad network. Threads are daemons, two per connection. */
public final class TcpProxy implements AutoCloseable {

    private final InetSocketAddress target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> vanished = ConcurrentHashMap.newKeySet();
    private volatile ServerSocket listener;
    private volatile @Nullable Thread accepting;
    private boolean silent;

    private TcpProxy(InetSocketAddress target) {
        this.target = target;
        this.listener = listen(0);
    }

    public static TcpProxy to(String host, int port) {
        return new TcpProxy(new InetSocketAddress(host, port));
    }

    /** Where clients connect, on 127.0.0.1; stays the same. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Resets all connections; new ones are let in at once. */
    public synchronized void cut() {
        sockets.forEach(TcpProxy::reset);
        sockets.clear();
        notifyAll();
    }

    /** Resets all connections and refuses new ones, as if the server were not running. */
    public void refuse() {
        try {
            listener.close();
            // the system takes one more connection while a thread is still in accept
            var thread = accepting;
            if (thread != null) {
                thread.join();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cut();
    }

    /** Keeps all connections but passes no byte on, as a network that lost its way; what comes is kept for later. */
    public synchronized void blackHole() {
        silent = true;
    }

    /**
     * Drops from now on what comes over the present connections, and tells neither side: the other machine is gone, or a
     * firewall has forgotten them. New ones work.
     */
    public synchronized void vanish() {
        vanished.addAll(sockets);
    }

    /** Works normally again after {@link #refuse()} or {@link #blackHole()}. */
    public synchronized void forward() {
        silent = false;
        notifyAll();
        if (listener.isClosed()) {
            listener = listen(listener.getLocalPort());
        }
    }

    @Override
    public void close() {
        refuse();
    }

    private ServerSocket listen(int port) {
        try {
            var socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
            accepting = daemon(() -> accept(socket));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                connect(from.accept());
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        var server = new Socket();
        synchronized (this) { // a connection is cut or is not, never by half
            sockets.add(client);
            sockets.add(server);
        }
        try {
            server.connect(target);
        } catch (IOException refused) {
            forget(client, server);
            return;
        }
        daemon(() -> pump(client, server));
        daemon(() -> pump(server, client));
    }

    private void pump(Socket from, Socket to) {
        var buffer = new byte[16_384];
        try {
            for (int length; (length = from.getInputStream().read(buffer)) >= 0; ) {
                awaitNetwork(to);
                if (!vanished.contains(from)) {
                    to.getOutputStream().write(buffer, 0, length);
                }
            }
        } catch (IOException | InterruptedException over) {
            // the other side learns of it now
        }
        forget(from, to);
    }

    private synchronized void awaitNetwork(Socket socket) throws InterruptedException {
        while (silent && !socket.isClosed()) {
            wait();
        }
    }

    private void forget(Socket one, Socket other) {
        reset(one);
        reset(other);
        for (var each : List.of(one, other)) {
            sockets.remove(each);
            vanished.remove(each);
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException gone) {
            // as wanted
        }
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
