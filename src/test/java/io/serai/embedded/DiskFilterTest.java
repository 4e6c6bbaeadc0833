// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.message.Unavailable;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.servlet.ModelAndView;

class DiskFilterTest {

    private final AtomicLong usable = new AtomicLong();
    private final DiskSpace disk = new DiskSpace(Path.of("data"), 500, usable::get);
    private final AtomicReference<@Nullable Exception> problem = new AtomicReference<>();
    private final DiskFilter filter = new DiskFilter(disk, (request, response, handler, exception) -> {
        problem.set(exception);
        return new ModelAndView();
    });

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void changesAreRefusedWhileTheDiskIsNearlyFull(String method) throws Exception {
        assertThat(passes(method)).isFalse();
        assertThat(problem.get()).isInstanceOf(Unavailable.class).hasMessageContaining("min-free");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS"})
    void readingGoesOnWhileTheDiskIsNearlyFull(String method) throws Exception {
        assertThat(passes(method)).isTrue();
        assertThat(problem.get()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void allPassesWhenThereIsRoom(String method) throws Exception {
        usable.set(500);
        assertThat(passes(method)).isTrue();
    }

    private boolean passes(String method) throws Exception {
        disk.look();
        var chain = new MockFilterChain();
        filter.doFilter(new MockHttpServletRequest(method, "/api/events"), new MockHttpServletResponse(), chain);
        return chain.getRequest() != null;
    }
}
