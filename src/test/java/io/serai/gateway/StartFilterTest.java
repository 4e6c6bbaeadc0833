// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.gateway.problem.Problems;
import io.serai.http.ProblemWriter;
import io.serai.message.SecretValues;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class StartFilterTest {

    private boolean started;
    private final StartFilter filter =
            new StartFilter(() -> started, new ProblemWriter(new ObjectMapper(), new SecretValues(), new Problems()));

    @Test
    void requestsOfAStartingHubAreToldToTryAgain() throws Exception {
        var answer = get("/api/orders", "*/*");

        assertThat(answer.getStatus()).isEqualTo(503);
        assertThat(answer.getHeader("Retry-After")).isEqualTo("1");
    }

    @Test
    void eventStreamsOfAStartingHubAreToldToConnectAgainAndNotRefused() throws Exception {
        for (var accept : new String[] {"text/event-stream", "*/*"}) {
            var answer = get("/api/events/stream", accept);
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getContentType()).isEqualTo("text/event-stream");
            assertThat(answer.getContentAsString()).startsWith("retry: 1000\n");
        }
    }

    @Test
    void requestsOfAStartedHubPass() throws Exception {
        started = true;

        assertThat(get("/api/orders", "*/*").getStatus()).isEqualTo(200);
    }

    private MockHttpServletResponse get(String path, String accept) throws Exception {
        var request = new MockHttpServletRequest("GET", path);
        request.addHeader("Accept", accept);
        var response = new MockHttpServletResponse();
        filter.doFilter(request, response, new MockFilterChain());
        return response;
    }
}
