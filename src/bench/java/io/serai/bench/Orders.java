// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Checks an order by hand: what {@code routes/schemas/order.schema.json} asks for. */
final class Orders {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Orders() {}

    /**
     * The order's id.
     *
     * @throws IOException where it is no JSON
     * @throws IllegalArgumentException naming what does not fit
     */
    static String check(byte[] body) throws IOException {
        var order = JSON.readTree(body);
        var wrong = new ArrayList<String>();
        text(wrong, order, "id", 200);
        text(wrong, order, "customer", 200);
        if (!order.path("amount").isNumber() || order.path("amount").doubleValue() <= 0) {
            wrong.add("amount");
        }
        var items = order.path("items");
        if (!items.isArray() || items.isEmpty() || items.size() > 1000) {
            wrong.add("items");
        }
        for (var item : items) {
            text(wrong, item, "sku", 100);
            if (!item.path("qty").isIntegralNumber() || item.path("qty").longValue() < 1) {
                wrong.add("qty");
            }
        }
        var note = order.path("note");
        if (!note.isMissingNode() && (!note.isTextual() || note.textValue().length() > 10_000)) {
            wrong.add("note");
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("does not fit: " + wrong);
        }
        return order.get("id").textValue();
    }

    private static void text(List<String> wrong, JsonNode of, String name, int max) {
        var value = of.path(name);
        if (!value.isTextual()
                || value.textValue().isBlank()
                || value.textValue().length() > max) {
            wrong.add(name);
        }
    }
}
