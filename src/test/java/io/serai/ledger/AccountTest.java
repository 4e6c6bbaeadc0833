// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class AccountTest {

    @Test
    void eachEventCountsOnceAndItsRepeatsAreDuplicates() {
        var account = Account.of(marks(1, 2, 3, 3), marks(3, 1, 2, 2, 2), marks());

        assertThat(account.published()).isEqualTo(3);
        assertThat(account.delivered()).isEqualTo(3);
        assertThat(account.duplicates()).isEqualTo(3);
        assertThat(account.missing()).isZero();
    }

    @Test
    void whatIsNeitherDeliveredNorFailedIsMissing() {
        var account = Account.of(marks(1, 2, 3, 4), marks(1), marks(4));

        assertThat(account.open()).containsExactly(2, 3);
        assertThat(account.failed()).isEqualTo(1);
    }

    @Test
    void whatFailedAndThenSucceededIsDelivered() {
        var before = Account.of(marks(1, 2), marks(1), marks(2));
        var account = before.with(marks(2), marks());

        assertThat(account.delivered()).isEqualTo(2);
        assertThat(account.failed()).isZero();
        assertThat(account.duplicates()).isZero();
        assertThat(Account.of(marks(1, 2), marks(1, 2), marks(2)))
                .usingRecursiveComparison()
                .isEqualTo(account);
    }

    @Test
    void whatComesLateIsMissingNoLongerAndASecondTimeIsADuplicate() {
        var account = Account.of(marks(1, 2, 3), marks(1), marks()).with(marks(2, 2, 1), marks(3));

        assertThat(account.delivered()).isEqualTo(2);
        assertThat(account.duplicates()).isEqualTo(2);
        assertThat(account.failures()).containsExactly(3);
        assertThat(account.missing()).isZero();
        assertThat(account.with(marks(), marks(3)).failed()).isEqualTo(1);
    }

    @Test
    void whatWasDeliveredWasPublishedThoughItsPublisherCouldNotSayIt() {
        var account = Account.of(marks(1), marks(1, 7), marks(8));

        assertThat(account.published()).isEqualTo(3);
        assertThat(account.missing()).isZero();
    }

    @Test
    void marksSurviveTheirBytesAndSetsAreSets() {
        var marks = LongStream.range(0, 10_000)
                .map(each -> each * 0x9E3779B97F4A7C15L)
                .toArray();
        var set = Marks.set(Marks.joined(List.of(marks, marks)));

        assertThat(set).hasSize(10_000).isSorted();
        assertThat(Marks.of(Marks.bytes(set))).isEqualTo(set);
        assertThat(Marks.minus(set, Marks.set(marks))).isEmpty();
        assertThat(Marks.both(set, Marks.set(marks(marks[17], 5)))).containsExactly(marks[17]);
    }

    private static long[] marks(long... marks) {
        return marks;
    }
}
