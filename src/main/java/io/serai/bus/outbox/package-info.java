// SPDX-License-Identifier: Apache-2.0
/** Events that are committed with a database change and published after it (Transactional Outbox). */
@NullMarked
@NamedInterface("outbox")
package io.serai.bus.outbox;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
