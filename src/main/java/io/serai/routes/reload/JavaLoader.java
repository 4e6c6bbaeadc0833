// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.dsl.java.joor.Helper;
import org.apache.camel.dsl.java.joor.JavaRoutesBuilderLoader;
import org.apache.camel.language.joor.CompilationUnit;
import org.apache.camel.language.joor.JavaJoorClassLoader;
import org.apache.camel.language.joor.MultiCompile;
import org.apache.camel.spi.Resource;

/** Compiles Java routes as Camel's loader does, but each text once: the classes that were checked are those that run. */
final class JavaLoader extends JavaRoutesBuilderLoader {

    /** What was compiled, by content. A compilation takes half a second, and all versions of an editing session fit. */
    static final class Compiled {

        private static final int MAX = 100;

        private final Map<String, CompilationUnit.Result> results = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, CompilationUnit.Result> eldest) {
                return size() > MAX;
            }
        };

        synchronized CompilationUnit.Result of(Map<String, String> sources) {
            // not computeIfAbsent: what does not compile throws
            var key = Hash.of(sources.toString());
            var known = results.get(key);
            if (known == null) {
                var unit = CompilationUnit.input();
                sources.forEach(unit::addClass);
                known = MultiCompile.compileUnit(unit);
                results.put(key, known);
            }
            return known;
        }
    }

    private final Compiled compiled;

    JavaLoader(Compiled compiled) {
        this.compiled = compiled;
    }

    /** The name of the class in a file, package included. */
    static String className(Resource resource, String text) throws Exception {
        return Helper.determineName(resource, text);
    }

    @Override
    protected CompilationUnit.Result compileResources(Collection<Resource> resources) throws Exception {
        var sources = new LinkedHashMap<String, String>();
        for (var resource : resources) {
            try (var stream = resource.getInputStream()) {
                var text = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                sources.put(className(resource, text), text);
            }
        }
        var result = compiled.of(sources);
        var classes = classes();
        result.getClassNames().forEach(name -> classes.addClass(name, result.getClass(name), null));
        return result;
    }

    void forget(String className) {
        classes().removeClass(className);
    }

    private JavaJoorClassLoader classes() {
        return (JavaJoorClassLoader) getCamelContext().getClassResolver().getClassLoader("JavaJoorClassLoader");
    }
}
