// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import io.swagger.v3.oas.annotations.Operation;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows the rates over HTTP. */
@RestController
final class RatesController {

    private final Rates rates;

    RatesController(Rates rates) {
        this.rates = rates;
    }

    @Operation(summary = "Shows how fast messages flow, per second, by stage and by route")
    @GetMapping("/api/rates")
    Rates.Report rates() {
        return rates.report();
    }
}
