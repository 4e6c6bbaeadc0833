// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

/** Whether a finding keeps a route from being taken. */
public enum Severity {
    /** It would not load, or would lose messages: the change is refused. */
    ERROR,
    /** It runs, and a reader or another broker will stumble over it. */
    WARNING
}
