// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a list of the API answers: {@code {"items": [...], "next": "AAAAAAAAACo"}}.
 *
 * @param next cursor of the next page, null after the last; a page may hold fewer than asked for, even none, and still have
 *     a next
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record EventPage(List<StoredEvent> items, @Nullable String next) {}
