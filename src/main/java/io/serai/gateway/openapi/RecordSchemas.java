// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.openapi;

import com.fasterxml.jackson.databind.JavaType;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.RecordComponent;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells of a record's components which may be null; the others are always there. */
final class RecordSchemas implements ModelConverter {

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        if (!chain.hasNext()) {
            return null;
        }
        Schema<?> schema = chain.next().resolve(type, context, chain);
        JavaType shown = Json31.mapper().constructType(type.getType());
        if (schema != null && shown != null && shown.isRecordType() && isShownAsItIs(shown.getRawClass())) {
            describe(shown.getRawClass().getRecordComponents(), definition(schema, context));
        }
        return schema;
    }

    /** Not where an annotation names another type in its place: that one's components count. */
    private static boolean isShownAsItIs(Class<?> type) {
        var named = type.getAnnotation(io.swagger.v3.oas.annotations.media.Schema.class);
        return named == null || named.implementation() == Void.class;
    }

    private static Schema<?> definition(Schema<?> schema, ModelConverterContext context) {
        var reference = schema.get$ref();
        var name = reference == null ? "" : reference.substring(reference.lastIndexOf('/') + 1);
        return context.getDefinedModels().getOrDefault(name, schema);
    }

    @SuppressWarnings("rawtypes") // as the library has it
    private static void describe(RecordComponent[] components, Schema<?> schema) {
        Map<String, Schema> properties = schema.getProperties();
        if (properties == null) {
            return;
        }
        for (var component : components) {
            var name = component.getName();
            var property = properties.get(name);
            if (property == null) {
                continue;
            }
            if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                properties.put(name, orNull(property));
            } else if (schema.getRequired() == null || !schema.getRequired().contains(name)) {
                schema.addRequiredItem(name);
            }
        }
    }

    private static Schema<?> orNull(Schema<?> property) {
        if (property.get$ref() != null) {
            return new JsonSchema().anyOf(List.of(property, new JsonSchema().types(Set.of("null"))));
        }
        // without a type it may be anything, null too
        if (property.getTypes() != null && !property.getTypes().isEmpty()) {
            property.addType("null");
        }
        return property;
    }
}
