package dev.joiner.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Supplier;
import java.util.spi.ToolProvider;

/**
 * A record {@code com.acme.Order(String id)} in a module named acme, which exports nothing.
 *
 * @param empty an instance without its id
 * @param lookup of a class of that module
 */
record ForeignRecords(Record empty, Lookup lookup) {
    private static final String RECORD = "package com.acme; record Order(String id) {}";
    /** What the module gives to others, it gives by a service. */
    private static final String SERVICE = """
            package com.acme;
            public class Orders implements java.util.function.Supplier<java.util.List<Object>> {
                public java.util.List<Object> get() {
                    return java.util.List.of(new Order(null), java.lang.invoke.MethodHandles.lookup());
                }
            }
            """;

    Class<? extends Record> type() {
        return empty.getClass();
    }

    /**
     * Compiles the module and loads it.
     *
     * @param directives of the module
     */
    @SuppressWarnings("rawtypes") // a service is a class
    static ForeignRecords compiled(String directives) throws Exception {
        Path sources = Files.createTempDirectory("acme");
        Path classes = Files.createTempDirectory("acme-classes");
        String module = "module acme { provides java.util.function.Supplier with com.acme.Orders; " + directives + " }";
        StringWriter output = new StringWriter();
        PrintWriter writer = new PrintWriter(output);
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        writer,
                        writer,
                        "-d",
                        classes.toString(),
                        Files.writeString(sources.resolve("module-info.java"), module)
                                .toString(),
                        Files.writeString(sources.resolve("Order.java"), RECORD).toString(),
                        Files.writeString(sources.resolve("Orders.java"), SERVICE)
                                .toString());
        assertThat(status).as("javac: %s", output).isZero();
        Configuration configuration =
                ModuleLayer.boot().configuration().resolve(ModuleFinder.of(classes), ModuleFinder.of(), Set.of("acme"));
        ModuleLayer layer = ModuleLayer.boot().defineModulesWithOneLoader(configuration, null);
        List<?> given = ServiceLoader.load(layer, Supplier.class).stream()
                .map(provider -> (List<?>) provider.get().get())
                .findFirst()
                .orElseThrow();
        return new ForeignRecords((Record) given.get(0), (Lookup) given.get(1));
    }
}
