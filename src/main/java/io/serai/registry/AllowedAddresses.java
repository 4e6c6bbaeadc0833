// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.springframework.security.web.util.matcher.IpAddressMatcher;

/**
 * The addresses that an instance may be announced at, so that nobody leads the hub's calls, and what they carry, to a host
 * that the operator has not named.
 *
 * <p>A rule is a host, {@code parcels.example}; all hosts below a name, {@code *.example}; a network,
 * {@code 10.1.0.0/16}; or any host, {@code *}; each but a network perhaps with a port. A rule for many hosts allows none
 * that is local: loopback, link-local, unspecified or multicast. Thread-safe.
 */
final class AllowedAddresses {

    private static final Pattern NETWORK = Pattern.compile("[0-9a-f.:]+/[0-9]{1,3}");
    private static final Pattern RULE =
            Pattern.compile("(\\[[0-9a-f:.]+]|\\*|(?:\\*\\.)?[a-z0-9._-]+)(?::([0-9]{1,5}))?");
    private static final Pattern LITERAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-f.]*:[0-9a-f:.]*");

    private final List<String> rules;

    /** @throws IllegalArgumentException naming a rule that is none */
    AllowedAddresses(List<String> rules) {
        this.rules = rules.stream()
                .map(rule -> rule.strip().toLowerCase(Locale.ROOT))
                .filter(rule -> !rule.isEmpty())
                .toList();
        for (var rule : this.rules) {
            if (!NETWORK.matcher(rule).matches() && !RULE.matcher(rule).matches()) {
                throw new IllegalArgumentException("serai.registry: '" + rule
                        + "' is no address; expected like parcels.example, *.example:8443, 10.1.0.0/16 or *");
            }
        }
    }

    /** May ask the name service. */
    boolean allow(String baseUrl) {
        var url = URI.create(baseUrl);
        if (url.getHost() == null) {
            return false;
        }
        var host = url.getHost().toLowerCase(Locale.ROOT);
        return rules.stream().anyMatch(rule -> allows(rule, host, port(url)));
    }

    /** Whether both are of one scheme, host and port. */
    static boolean haveSameOrigin(String one, String other) {
        return origin(one).equals(origin(other));
    }

    private static String origin(String address) {
        var url = URI.create(address);
        var host = url.getHost() == null ? url.getRawAuthority() : url.getHost();
        return (url.getScheme() + "://" + host).toLowerCase(Locale.ROOT) + ":" + port(url);
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }

    private static boolean allows(String rule, String host, int port) {
        if (NETWORK.matcher(rule).matches()) {
            return isInNetwork(rule, host.replaceAll("[\\[\\]]", ""));
        }
        var parts = RULE.matcher(rule);
        if (!parts.matches() || (parts.group(2) != null && !parts.group(2).equals(Integer.toString(port)))) {
            return false;
        }
        var name = parts.group(1);
        if (!name.startsWith("*")) {
            return name.equals(host);
        }
        return host.endsWith(name.substring(1)) && !isLocal(host);
    }

    /** A network that holds more than local addresses does not name those. */
    private static boolean isInNetwork(String rule, String host) {
        return LITERAL.matcher(host).matches()
                && new IpAddressMatcher(rule).matches(host)
                && (!isLocal(host) || (isLocal(rule.replaceFirst("/.*", "")) && !isUnspecified(rule)));
    }

    private static boolean isUnspecified(String network) {
        return network.startsWith("0.0.0.0/") || network.startsWith("::/");
    }

    /** A host that is not known cannot be called, and may be anything later. */
    private static boolean isLocal(String host) {
        try {
            return Arrays.stream(InetAddress.getAllByName(host))
                    .anyMatch(each -> each.isLoopbackAddress()
                            || each.isLinkLocalAddress()
                            || each.isAnyLocalAddress()
                            || each.isMulticastAddress());
        } catch (UnknownHostException unknown) {
            return true;
        }
    }
}
