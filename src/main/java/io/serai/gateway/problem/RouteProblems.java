// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.problem;

import io.serai.http.Problem;
import io.serai.message.Invalid;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import javax.xml.stream.XMLStreamException;
import javax.xml.transform.TransformerException;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.TypeConversionException;
import org.apache.camel.ValidationException;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.apache.camel.component.jsonvalidator.JsonValidationException;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.jspecify.annotations.Nullable;
import org.xml.sax.SAXParseException;

/** Reads the exceptions of Camel and of the components that REST routes use. */
final class RouteProblems {

    private static final String INVALID = "validating body: it does not fit the schema";

    private RouteProblems() {}

    static @Nullable Problem of(Throwable failure) {
        if (failure instanceof JsonValidationException invalid) {
            // without errors the body was not even JSON, and the cause knows where
            return invalid.getErrors().isEmpty() && invalid.getCause() != null
                    ? null
                    : Problem.of(422, "invalid", INVALID).withErrors(errors(invalid));
        } else if (failure instanceof SAXParseException malformed) {
            return malformedXml(malformed.getLineNumber(), malformed.getColumnNumber());
        } else if (failure instanceof XMLStreamException malformed && malformed.getLocation() != null) {
            var at = malformed.getLocation();
            return malformedXml(at.getLineNumber(), at.getColumnNumber());
        } else if (failure instanceof TransformerException unread && isOfSource(unread)) {
            return malformedXml(0, 0);
        } else if (failure instanceof ValidationException) {
            return Problem.of(422, "invalid", "validating message: it is not what the route takes");
        } else if (failure instanceof TypeConversionException
                || failure instanceof NoTypeConversionAvailableException
                || failure instanceof InvalidPayloadException) {
            return failure.getCause() != null && Problems.of(failure.getCause()).status() < 500
                    ? null
                    : Problem.of(
                            400, "bad-request", "reading message: a value is not of the type that the route takes");
        } else if (failure instanceof DirectConsumerNotAvailableException) {
            return Problem.of(503, "unavailable", "answering request: a route behind it is stopped, try again")
                    .withHeader("Retry-After", "1");
        } else if (failure instanceof HttpOperationFailedException remote) {
            return Problem.of(502, "calling another system: it answered " + remote.getStatusCode());
        } else if (failure instanceof ConnectException
                || failure instanceof UnknownHostException
                || failure instanceof NoRouteToHostException) {
            return Problem.of(502, "calling another system: it is not reachable");
        } else if (failure instanceof ExchangeTimedOutException || failure instanceof SocketTimeoutException) {
            return Problem.of(504, "calling another system: no answer in time");
        }
        return null;
    }

    /** The JDK's XSLT processor keeps of what the parser says only the text, and so wraps nothing else. */
    private static boolean isOfSource(TransformerException failure) {
        return String.valueOf(failure.getMessage()).contains("WrappedRuntimeException");
    }

    /** Where, not what: the parser's messages quote the body. */
    private static Problem malformedXml(int line, int column) {
        var where = line < 1 ? "" : " at line " + line + ", column " + column;
        return Problem.of(400, "malformed-xml", "reading XML: not well-formed, or nested too deep" + where);
    }

    private static List<Invalid.Field> errors(JsonValidationException invalid) {
        return invalid.getErrors().stream()
                .map(each -> {
                    var path = each.getInstanceLocation().toString();
                    // the message starts with the path, and may quote what is wrong: bounded where it is written
                    var message = each.getMessage();
                    var detail = message.startsWith(path + ": ") ? message.substring(path.length() + 2) : message;
                    return new Invalid.Field(path, detail.length() > 200 ? detail.substring(0, 200) + "…" : detail);
                })
                .toList();
    }
}
