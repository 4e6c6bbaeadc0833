// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WaitingSubjectsTest {

    private final WaitingSubjects subjects = new WaitingSubjects();

    @BeforeEach
    void lookOnce() {
        assertThat(subjects.mayHold("before the first look")).isTrue();
        subjects.looked(System.nanoTime(), List.of(), false);
        assertThat(subjects.mayHold("before the first look")).isFalse();
    }

    @Test
    void subjectWaitsFromTheMomentItIsWrittenUntilALookThatBeganAfterTheCommit() {
        subjects.writing("a");
        assertThat(subjects.mayHold("a")).isTrue();

        var early = System.nanoTime();
        subjects.looked(early, List.of(), false);
        assertThat(subjects.mayHold("a")).as("not committed").isTrue();
        subjects.written("a", true);
        subjects.looked(early, List.of(), false);
        assertThat(subjects.mayHold("a")).as("committed while it was looked").isTrue();
        assertThat(subjects.mayHold("b")).isFalse();

        subjects.looked(System.nanoTime() + 1, List.of("a"), false);
        assertThat(subjects.mayHold("a")).as("seen").isTrue();

        subjects.looked(System.nanoTime() + 1, List.of(), false);
        assertThat(subjects.mayHold("a")).as("relayed").isFalse();
    }

    @Test
    void rollbackTakesOnlyItsOwnBack() {
        subjects.writing("a");
        subjects.writing("a");
        subjects.written("a", false);
        assertThat(subjects.mayHold("a")).isTrue();
        subjects.written("a", false);
        assertThat(subjects.mayHold("a")).isFalse();

        subjects.writing("b");
        subjects.writing("b");
        subjects.written("b", true);
        subjects.written("b", false);
        assertThat(subjects.mayHold("b")).as("one was committed").isTrue();
    }

    @Test
    void everySubjectWaitsWhileThereAreMoreRowsThanAreSeen() {
        subjects.looked(System.nanoTime(), List.of("a"), true);
        assertThat(subjects.mayHold("z")).isTrue();
        subjects.looked(System.nanoTime(), List.of("a"), false);
        assertThat(subjects.mayHold("z")).isFalse();
        assertThat(subjects.mayHold("a")).isTrue();
    }
}
