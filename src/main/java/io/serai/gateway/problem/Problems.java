// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.problem;

import com.fasterxml.jackson.core.JsonGenerationException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.serai.bus.DatabaseAway;
import io.serai.bus.EventTooLarge;
import io.serai.bus.format.MalformedJson;
import io.serai.http.Problem;
import io.serai.http.ProblemReader;
import io.serai.http.Refused;
import io.serai.message.Conflict;
import io.serai.message.Invalid;
import io.serai.message.NotFound;
import io.serai.message.PreconditionFailed;
import io.serai.message.PreconditionRequired;
import io.serai.message.Unavailable;
import java.io.CharConversionException;
import java.io.EOFException;
import java.nio.charset.CharacterCodingException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.apache.coyote.BadRequestException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;

/**
 * Says which problem a failure stands for.
 *
 * <p>The outermost exception of the chain of causes that means something decides; what means nothing is a fault of the hub
 * (500). Details are the hub's own words: messages of libraries quote the request.
 */
@Component
public final class Problems implements ProblemReader {

    private static final int MAX_CAUSES = 20;
    private static final long SOON = 1;

    @Override
    public Problem read(Throwable failure) {
        return of(failure);
    }

    static Problem of(Throwable failure) {
        var tooLarge = find(failure, BodyTooLarge.class);
        if (tooLarge != null) {
            // readers wrap it in whatever they like
            return Problem.of(413, "body-too-large", message(tooLarge));
        }
        var tooSlow = find(failure, BodyTooSlow.class);
        if (tooSlow != null) {
            return Problem.of(408, "body-too-slow", message(tooSlow)).withHeader("Connection", "close");
        }
        @Nullable Throwable each = failure;
        for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
            var problem = known(each);
            if (problem != null) {
                return problem;
            }
            each = each.getCause();
        }
        return Problem.of(500);
    }

    private static @Nullable Problem known(Throwable failure) {
        if (failure instanceof Refused refused) {
            return refused.problem();
        } else if (failure instanceof NotFound) {
            return Problem.of(404, "not-found", message(failure));
        } else if (failure instanceof PreconditionFailed) {
            return Problem.of(412, "precondition-failed", message(failure));
        } else if (failure instanceof PreconditionRequired) {
            return Problem.of(428, "precondition-required", message(failure));
        } else if (failure instanceof Conflict) {
            return Problem.of(409, "conflict", message(failure));
        } else if (failure instanceof MalformedJson) {
            return Problem.of(400, "malformed-json", message(failure));
        } else if (failure instanceof EventTooLarge) {
            return Problem.of(413, "body-too-large", message(failure));
        } else if (failure instanceof Invalid invalid) {
            return Problem.of(422, "invalid", message(failure)).withErrors(invalid.fields());
        } else if (failure instanceof Unavailable unavailable) {
            var seconds = Math.max(1, unavailable.retryAfter().toSeconds());
            return Problem.unavailable(message(failure), seconds);
        } else if (failure instanceof ErrorResponse || failure instanceof TypeMismatchException) {
            return SpringProblems.of(failure);
        } else if (failure instanceof jakarta.validation.ConstraintViolationException violations) {
            return SpringProblems.of(violations);
        } else if (failure instanceof JsonProcessingException json) {
            return json(json);
        } else if (failure instanceof CharacterCodingException || failure instanceof CharConversionException) {
            return Problem.of(400, "malformed-json", "reading JSON: it is not UTF-8");
        } else if (failure instanceof HttpMessageNotReadableException && failure.getCause() == null) {
            return Problem.of(400, "malformed-json", "reading JSON: the body is missing or not readable");
        } else if (failure instanceof BadRequestException || failure instanceof EOFException) {
            return Problem.of(400);
        } else if (isTransient(failure)) {
            return away(failure);
        } else if (isRefusedValue(failure)) {
            return Problem.of(400, "bad-request", "storing or finding: the database does not take one of the values");
        }
        var route = RouteProblems.of(failure);
        if (route == null && failure instanceof HttpMessageNotReadableException && !hasKnownCause(failure)) {
            return Problem.of(400, "malformed-json", "reading JSON: the body is not readable");
        }
        return route;
    }

    private static boolean hasKnownCause(Throwable failure) {
        return find(failure, JsonProcessingException.class) != null
                || find(failure, CharacterCodingException.class) != null
                || find(failure, CharConversionException.class) != null;
    }

    private static boolean isTransient(Throwable failure) {
        return DatabaseAway.is(failure) || failure instanceof RejectedExecutionException;
    }

    /** SQLSTATE class 22, data exception: too long, out of range, U+0000. */
    private static boolean isRefusedValue(Throwable failure) {
        return failure instanceof DataIntegrityViolationException integrity
                && integrity.getMostSpecificCause() instanceof SQLException refused
                && refused.getSQLState() != null
                && refused.getSQLState().startsWith("22");
    }

    private static Problem away(Throwable failure) {
        return Problem.unavailable(
                failure instanceof RejectedExecutionException
                        ? "answering request: the hub is busy or stopping, try again"
                        : "answering request: the database is away or overloaded, try again",
                SOON);
    }

    /** Where, not what: the parser's messages quote the body. */
    private static @Nullable Problem json(JsonProcessingException failure) {
        if (failure instanceof InvalidDefinitionException || failure instanceof JsonGenerationException) {
            return null;
        }
        var at = failure.getLocation();
        var where =
                at == null || at.getLineNr() < 1 ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        if (failure instanceof StreamConstraintsException) {
            return Problem.of(
                    400, "json-too-deep", "reading JSON: nested too deep or a name or number too long" + where);
        }
        var problem = Problem.of(400, "malformed-json", "reading JSON: not well-formed" + where);
        if (failure instanceof UnrecognizedPropertyException unknown) {
            var known = unknown.getKnownPropertyIds().stream()
                    .map(String::valueOf)
                    .sorted()
                    .collect(Collectors.joining(", "));
            return Problem.of(422, "invalid", "reading JSON: a member is unknown" + where)
                    .withErrors(List.of(new Invalid.Field(pointer(unknown), "unknown; known are " + known)));
        }
        if (failure instanceof JsonMappingException mapping) {
            return Problem.of(400, "malformed-json", "reading JSON: a value is not of the expected shape" + where)
                    .withErrors(List.of(new Invalid.Field(pointer(mapping), "unknown, or not of the expected type")));
        }
        return problem;
    }

    private static String pointer(JsonMappingException failure) {
        return failure.getPath().stream()
                .map(each -> "/" + (each.getFieldName() == null ? each.getIndex() : each.getFieldName()))
                .collect(Collectors.joining());
    }

    private static String message(Throwable failure) {
        var message = failure.getMessage();
        return message == null ? "" : message;
    }

    private static <T> @Nullable T find(Throwable failure, Class<T> kind) {
        @Nullable Throwable each = failure;
        for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
            if (kind.isInstance(each)) {
                return kind.cast(each);
            }
            each = each.getCause();
        }
        return null;
    }
}
