// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.message.Event;
import io.serai.message.Invalid;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Keeps a projection: of each subject only an event whose sequence is higher than that applied last has its effect, in the
 * transaction that notes the sequence. What is older or comes again changes nothing (the last version wins).
 *
 * <p>The first event of a subject is applied whatever its sequence. Where a later one leaves sequences out it is applied all
 * the same, and the gap is noted; one of them that comes later closes its part of the gap, and nothing else.
 * Events of one subject wait for each other, on its row; others do not.
 */
final class LatestOnly implements Receiver {

    private static final Pattern SEQUENCE = Pattern.compile("[0-9]{1,18}");

    private static final String INSERT =
            "INSERT INTO applied_sequence (subscription, subject, sequence) VALUES (:subscription, :subject, :sequence) ON CONFLICT DO NOTHING";
    private static final String LOCK =
            "SELECT sequence FROM applied_sequence WHERE subscription = :subscription AND subject = :subject FOR UPDATE";
    private static final String ADVANCE =
            "UPDATE applied_sequence SET sequence = :sequence WHERE subscription = :subscription AND subject = :subject";
    private static final String INSERT_GAP = """
            INSERT INTO sequence_gap (subscription, subject, first, last, since)
            VALUES (:subscription, :subject, :first, :last, CURRENT_TIMESTAMP)
            """;
    /** What is left of a gap on the right is as old as the gap. */
    private static final String SPLIT_GAP = """
            INSERT INTO sequence_gap (subscription, subject, first, last, since)
            SELECT subscription, subject, :sequence + 1, last, since FROM sequence_gap
            WHERE subscription = :subscription AND subject = :subject AND first <= :sequence AND last > :sequence
            """;

    private static final String CUT_GAP = """
            UPDATE sequence_gap SET last = :sequence - 1
            WHERE subscription = :subscription AND subject = :subject AND first <= :sequence AND last >= :sequence
            """;
    private static final String DELETE_CLOSED =
            "DELETE FROM sequence_gap WHERE subscription = :subscription AND subject = :subject AND last < first";

    /** What a sequence is to the one applied last. */
    private enum Place {
        NEXT,
        AFTER_GAP,
        STALE
    }

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final MeterRegistry meters;

    LatestOnly(JdbcClient jdbc, TransactionOperations transaction, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.meters = meters;
    }

    /**
     * Lets the effect of one event happen if it is the latest of its subject.
     *
     * @return {@code DUPLICATE} where it is not: nothing was done
     * @throws Invalid where the event has no subject, or no sequence of 1 to 18 digits
     * @throws OnceOnly.EffectFailed with what the effect threw, after the rollback
     * @throws DataAccessException where the database is away: nothing was done
     */
    @Override
    public OnceOnly.Receipt receive(String subscription, List<Event> events, OnceOnly.Effect effect) {
        if (events.size() != 1) {
            throw new IllegalArgumentException("latest=true takes one event at a time");
        }
        var event = events.get(0);
        var subject = subjectOf(event);
        var sequence = sequenceOf(event);
        var place = transaction.execute(status -> {
            var found = note(subscription, subject, sequence);
            if (found != Place.STALE) {
                try {
                    effect.happen();
                } catch (Exception failed) {
                    throw new OnceOnly.EffectFailed(failed);
                }
            }
            return found;
        });
        count(subscription, place);
        return place == Place.STALE ? OnceOnly.Receipt.DUPLICATE : OnceOnly.Receipt.FIRST;
    }

    private Place note(String subscription, String subject, long sequence) {
        if (statement(INSERT, subscription, subject).param("sequence", sequence).update() == 1) {
            return Place.NEXT;
        }
        long last = statement(LOCK, subscription, subject).query(Long.class).single();
        if (sequence <= last) {
            closeGap(subscription, subject, sequence);
            return Place.STALE;
        }
        statement(ADVANCE, subscription, subject).param("sequence", sequence).update();
        if (sequence == last + 1) {
            return Place.NEXT;
        }
        statement(INSERT_GAP, subscription, subject)
                .param("first", last + 1)
                .param("last", sequence - 1)
                .update();
        return Place.AFTER_GAP;
    }

    private void closeGap(String subscription, String subject, long sequence) {
        // the part on the right first: it is made of the whole
        statement(SPLIT_GAP, subscription, subject).param("sequence", sequence).update();
        if (statement(CUT_GAP, subscription, subject)
                        .param("sequence", sequence)
                        .update()
                > 0) {
            statement(DELETE_CLOSED, subscription, subject).update();
        }
    }

    private JdbcClient.StatementSpec statement(String sql, String subscription, String subject) {
        return jdbc.sql(sql).param("subscription", subscription).param("subject", subject);
    }

    private void count(String subscription, @Nullable Place place) {
        if (place == Place.STALE) {
            counter("serai.bus.sequence.stale", "Events passed over, since a later one had come", subscription)
                    .increment();
        } else if (place == Place.AFTER_GAP) {
            counter("serai.bus.sequence.gaps", "Events that came before an earlier one", subscription)
                    .increment();
        }
    }

    private Counter counter(String name, String description, String subscription) {
        return Counter.builder(name)
                .description(description)
                .tag("subscription", subscription)
                .register(meters);
    }

    private static String subjectOf(Event event) {
        var subject = event.subject();
        if (subject == null) {
            throw new Invalid("keeping the latest: the event has no subject");
        }
        return subject;
    }

    private static long sequenceOf(Event event) {
        var text = event.extension(Event.SEQUENCE);
        if (text == null || !SEQUENCE.matcher(text).matches()) {
            throw new Invalid("keeping the latest: the event's sequence must be a number of 1 to 18 digits");
        }
        return Long.parseLong(text);
    }
}
