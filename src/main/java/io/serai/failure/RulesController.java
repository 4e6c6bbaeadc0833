// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.message.Invalid;
import io.serai.message.Utf8;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Lets people read and change the rules that tell what is worth retrying. */
@RestController
@RequestMapping(path = "/api/failures/rules", produces = MediaType.APPLICATION_JSON_VALUE)
final class RulesController {

    private static final int MAX_RULES = 200;
    private static final int MAX_PATTERN = 500;

    private final Rules rules;

    RulesController(Rules rules) {
        this.rules = rules;
    }

    /**
     * The rules in their order.
     *
     * <pre>{@code
     * {"rules": [{"exception": "java.lang.NullPointerException", "class": "needs-a-fix"}], "reason": "a bug, not an outage"}
     * }</pre>
     *
     * @param rules at most 200; each names at least one pattern of at most 500 characters, and a class
     * @param reason why they are changed; not told when they are read
     */
    record WantedRules(@Nullable List<Rule> rules, @Nullable String reason) {}

    /** What {@link WantedRules} was made of them. */
    record RuleList(List<Rule> rules) {}

    @Operation(summary = "Lists the rules that tell what is worth retrying")
    @GetMapping
    ResponseEntity<RuleList> read() {
        return shown(rules.current());
    }

    /** Replaces them all; with the ETag they were read with as {@code If-Match}. */
    @Operation(summary = "Replaces the rules that tell what is worth retrying")
    @PutMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<RuleList> change(
            @RequestBody WantedRules wanted,
            @RequestHeader(name = HttpHeaders.IF_MATCH, required = false) @Nullable String ifMatch,
            HttpServletRequest request) {
        var wrong = new ArrayList<Invalid.Field>();
        var person = Person.of(request, wanted.reason(), wrong);
        var list = wanted.rules();
        if (list == null || list.size() > MAX_RULES) {
            wrong.add(new Invalid.Field("rules", "expected a list of at most " + MAX_RULES));
        } else {
            for (int i = 0; i < list.size(); i++) {
                check(list.get(i), "rules[" + i + "]", wrong);
            }
        }
        if (list == null || !wrong.isEmpty()) {
            throw new Invalid("changing rules: " + wrong.size() + " member(s) invalid", wrong, null);
        }
        var current = rules.current();
        ETags.check(ifMatch, etag(current));
        return shown(rules.replace(current.version(), list, person.who(), person.reason()));
    }

    private static void check(@Nullable Rule rule, String name, List<Invalid.Field> wrong) {
        if (rule == null || rule.verdict() == null) {
            wrong.add(new Invalid.Field(name + ".class", "expected retryable or needs-a-fix"));
        } else if (!isPattern(rule.exception()) || !isPattern(rule.message()) || !isPattern(rule.route())) {
            wrong.add(new Invalid.Field(
                    name, "expected patterns of 1 to 500 characters, none a control character or lone surrogate"));
        } else if (rule.exception() == null && rule.message() == null && rule.route() == null) {
            wrong.add(new Invalid.Field(name, "expected at least one of exception, message, route"));
        }
    }

    private static boolean isPattern(@Nullable String pattern) {
        return pattern == null
                || (!pattern.isBlank()
                        && pattern.length() <= MAX_PATTERN
                        && Utf8.fits(pattern)
                        && pattern.chars().noneMatch(Character::isISOControl));
    }

    private static ResponseEntity<RuleList> shown(Rules.Version version) {
        return ResponseEntity.ok().eTag(etag(version)).body(new RuleList(version.rules()));
    }

    private static String etag(Rules.Version version) {
        return "\"" + version.version() + "\"";
    }
}
