// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.problem;

import io.serai.http.Problem;
import io.serai.message.Invalid;
import jakarta.validation.ConstraintViolationException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.http.HttpHeaders;
import org.springframework.web.ErrorResponse;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.MissingRequestHeaderException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.server.ResponseStatusException;

/** Reads Spring's own exceptions; their status and headers are kept, their words (which quote the request) are not. */
final class SpringProblems {

    private static final String PARAMETERS = "reading parameters: missing or malformed";

    private SpringProblems() {}

    static Problem of(Throwable failure) {
        var wrong = wrongParts(failure);
        if (!wrong.isEmpty() || failure instanceof TypeMismatchException) {
            return Problem.of(400, "bad-request", PARAMETERS).withErrors(wrong);
        }
        var response = (ErrorResponse) failure;
        var status = response.getStatusCode().value();
        var problem = Problem.of(status);
        var headers = new HashMap<>(problem.headers());
        HttpHeaders more = response.getHeaders();
        more.forEach((name, values) -> headers.put(name, String.join(", ", values)));
        return new Problem(status, problem.type(), detail(failure, problem), List.of(), problem.more(), headers);
    }

    static Problem of(ConstraintViolationException failure) {
        var wrong = failure.getConstraintViolations().stream()
                .map(each -> {
                    var path = each.getPropertyPath().toString();
                    return new Invalid.Field(path.substring(path.indexOf('.') + 1), each.getMessage());
                })
                .toList();
        return Problem.of(400, "bad-request", PARAMETERS).withErrors(wrong);
    }

    /** A detail is taken only where a controller of ours wrote it. */
    private static String detail(Throwable failure, Problem problem) {
        @Nullable String own = null;
        if (failure instanceof ResponseStatusException stated) {
            own = stated.getReason();
        } else if (failure.getClass() == ErrorResponseException.class) {
            own = ((ErrorResponseException) failure).getBody().getDetail();
        }
        return own == null ? problem.detail() : own;
    }

    private static List<Invalid.Field> wrongParts(Throwable failure) {
        var wrong = new ArrayList<Invalid.Field>();
        if (failure instanceof MissingServletRequestParameterException missing) {
            wrong.add(new Invalid.Field(missing.getParameterName(), "missing"));
        } else if (failure instanceof MissingRequestHeaderException missing) {
            wrong.add(new Invalid.Field(missing.getHeaderName(), "missing"));
        } else if (failure instanceof MethodArgumentTypeMismatchException mismatch) {
            wrong.add(new Invalid.Field(mismatch.getName(), "expected " + kind(mismatch)));
        } else if (failure instanceof MethodArgumentNotValidException invalid) {
            invalid.getFieldErrors()
                    .forEach(each ->
                            wrong.add(new Invalid.Field(each.getField(), String.valueOf(each.getDefaultMessage()))));
        } else if (failure instanceof HandlerMethodValidationException invalid && !invalid.isForReturnValue()) {
            invalid.getParameterValidationResults().forEach(result -> {
                var name = String.valueOf(result.getMethodParameter().getParameterName());
                result.getResolvableErrors()
                        .forEach(each -> wrong.add(new Invalid.Field(name, String.valueOf(each.getDefaultMessage()))));
            });
        }
        return wrong;
    }

    private static String kind(TypeMismatchException mismatch) {
        var type = mismatch.getRequiredType();
        return type == null ? "another type" : "a value of type " + type.getSimpleName();
    }
}
