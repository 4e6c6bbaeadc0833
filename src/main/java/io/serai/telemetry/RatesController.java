// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows the rates over HTTP. */
@RestController
final class RatesController {

    private final Rates rates;

    RatesController(Rates rates) {
        this.rates = rates;
    }

    @GetMapping("/api/rates")
    Rates.Report rates() {
        return rates.report();
    }
}
