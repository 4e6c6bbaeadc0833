// SPDX-License-Identifier: Apache-2.0
/** Says what is wrong with route files before they run, with the place and the remedy (Message Validator, for routes). */
@NullMarked
@NamedInterface("lint")
package io.serai.routes.lint;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
