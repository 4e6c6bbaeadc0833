// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Loopback only, with a server that sends back each byte. */
class TcpProxyTest {

    private ServerSocket server;
    private TcpProxy proxy;

    @BeforeEach
    void open() throws IOException {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        proxy = TcpProxy.to("127.0.0.1", server.getLocalPort());
        var echo = new Thread(this::echo);
        echo.setDaemon(true);
        echo.start();
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void bytesGoThroughBothWays() throws IOException {
        try (var client = connect()) {
            client.getOutputStream().write(7);
            assertThat(client.getInputStream().read()).isEqualTo(7);
        }
    }

    @Test
    void cutConnectionsAreResetAndNewOnesWork() throws IOException {
        try (var client = connect()) {
            client.getOutputStream().write(7);
            client.getInputStream().read();
            proxy.cut();
            assertThatThrownBy(() -> client.getInputStream().read()).hasMessageContaining("reset");
        }
        bytesGoThroughBothWays();
    }

    @Test
    void refusedUntilForwardingAgainOnTheSamePort() throws IOException {
        var port = proxy.port();
        proxy.refuse();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
        proxy.forward();
        assertThat(proxy.port()).isEqualTo(port);
        bytesGoThroughBothWays();
    }

    @Test
    void bytesInTheBlackHoleArriveWhenItEnds() throws IOException {
        try (var client = connect()) {
            proxy.blackHole();
            client.getOutputStream().write(7);
            client.setSoTimeout(200);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            proxy.forward();
            client.setSoTimeout(5_000);
            assertThat(client.getInputStream().read()).isEqualTo(7);
        }
    }

    @Test
    void aConnectionThatVanishedStaysOpenAndDumbAndNewOnesWork() throws IOException {
        try (var client = connect()) {
            client.getOutputStream().write(7);
            client.getInputStream().read();
            proxy.vanish();
            client.getOutputStream().write(7);
            client.setSoTimeout(200);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            proxy.forward();
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        }
        bytesGoThroughBothWays();
    }

    private Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    }

    private void echo() {
        while (!server.isClosed()) {
            try (var client = server.accept()) {
                client.getInputStream().transferTo(client.getOutputStream());
            } catch (IOException over) {
                // the next client
            }
        }
    }
}
