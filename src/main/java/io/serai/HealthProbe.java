// SPDX-License-Identifier: Apache-2.0
package io.serai;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Asks a hub of this machine over TLS whether it is healthy, for {@code bin/serai-health}: a shell speaks no TLS. Takes
 * any certificate, since it asks the machine it runs on, sends nothing secret and reads a status only.
 */
final class HealthProbe {

    private static final int TIMEOUT_MILLIS = 4000;

    private HealthProbe() {}

    /**
     * Exits with 0 where the hub answers 200, else with 1.
     *
     * @param args the https URL to get
     */
    public static void main(String[] args) {
        System.exit(isHealthy(args[0]) ? 0 : 1);
    }

    static boolean isHealthy(String url) {
        try {
            var call = (HttpsURLConnection) URI.create(url).toURL().openConnection();
            var tls = SSLContext.getInstance("TLS");
            tls.init(null, new TrustManager[] {new AnyCertificate()}, new SecureRandom());
            call.setSSLSocketFactory(tls.getSocketFactory());
            call.setHostnameVerifier((host, session) -> true);
            call.setConnectTimeout(TIMEOUT_MILLIS);
            call.setReadTimeout(TIMEOUT_MILLIS);
            call.setInstanceFollowRedirects(false);
            return call.getResponseCode() == 200;
        } catch (IOException | GeneralSecurityException unreachable) {
            return false;
        }
    }

    private static final class AnyCertificate extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
