// SPDX-License-Identifier: Apache-2.0
package io.serai;

import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Says at {@code /} what this is and where to look: a page to a browser, JSON to any other client. Tells nothing secret, so
 * nobody needs a login for it.
 *
 * <pre>{@code
 * {"name":"serai","description":"An integration hub on Apache Camel","links":{"description":"/v3/api-docs", ...}}
 * }</pre>
 */
@RestController
class FrontPage {

    /** The page names the same. */
    private static final Map<String, String> LINKS = new LinkedHashMap<>();

    static {
        LINKS.put("description", "/v3/api-docs");
        LINKS.put("health", "/actuator/health");
        LINKS.put("routes", "/api/routes");
        LINKS.put("routeFiles", "/api/route-files");
        LINKS.put("subscriptions", "/api/subscriptions");
        LINKS.put("events", "/api/events");
        LINKS.put("failures", "/api/failures");
        LINKS.put("warnings", "/api/warnings");
    }

    private static final MediaType HTML = MediaType.parseMediaType("text/html;charset=UTF-8");

    /** Where to go from here. */
    record Front(String name, String description, Map<String, String> links) {}

    @GetMapping("/")
    Front forPrograms() {
        return new Front("serai", "An integration hub on Apache Camel", LINKS);
    }

    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<Resource> forBrowsers() {
        return ResponseEntity.ok().contentType(HTML).body(new ClassPathResource("front.html", FrontPage.class));
    }
}
