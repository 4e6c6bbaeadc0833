// SPDX-License-Identifier: Apache-2.0
package io.serai.http;

/** Says which problem a failure stands for; a fault of the hub is a 500. */
@FunctionalInterface
public interface ProblemReader {

    Problem read(Throwable failure);
}
