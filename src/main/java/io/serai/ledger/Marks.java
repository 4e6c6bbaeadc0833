// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Sets of marks, as sorted arrays without repeats, and their bytes. */
final class Marks {

    private static final long[] NONE = {};

    private Marks() {}

    static long[] joined(List<long[]> parts) {
        var all = new long[parts.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (var part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** The set of what may repeat and is in no order. */
    static long[] set(long[] marks) {
        var sorted = marks.clone();
        Arrays.sort(sorted);
        int size = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[size++] = sorted[i];
            }
        }
        return size == sorted.length ? sorted : Arrays.copyOf(sorted, size);
    }

    static long[] union(long[] one, long[] other) {
        return one.length == 0 ? other : other.length == 0 ? one : set(joined(List.of(one, other)));
    }

    static long[] minus(long[] one, long[] other) {
        return kept(one, other, false);
    }

    static long[] both(long[] one, long[] other) {
        return kept(one, other, true);
    }

    private static long[] kept(long[] one, long[] other, boolean wanted) {
        if (one.length == 0) {
            return NONE;
        }
        var kept = new long[one.length];
        int size = 0;
        int at = 0;
        for (var mark : one) {
            while (at < other.length && other[at] < mark) {
                at++;
            }
            if ((at < other.length && other[at] == mark) == wanted) {
                kept[size++] = mark;
            }
        }
        return size == one.length ? one : Arrays.copyOf(kept, size);
    }

    static byte[] bytes(long[] marks) {
        var bytes = ByteBuffer.allocate(marks.length * Long.BYTES);
        bytes.asLongBuffer().put(marks);
        return bytes.array();
    }

    static long[] of(byte[] bytes) {
        var marks = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(marks);
        return marks;
    }
}
