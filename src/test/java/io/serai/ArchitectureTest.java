// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.modulith.core.ApplicationModules;

/** Package = capability: boundaries and habits that a compiler does not see. */
@AnalyzeClasses(packages = "io.serai", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule messageKnowsTheJdkOnly = classes()
            .that()
            .resideInAPackage("io.serai.message")
            .and()
            .doNotHaveSimpleName("package-info")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify..", "io.serai.message");

    @ArchTest
    static final ArchRule amqpStaysInTheBus = noClasses()
            .that()
            .resideOutsideOfPackages("io.serai.bus..", "io.serai.embedded..", "io.serai.failure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.springframework.amqp..", "com.rabbitmq..");

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = noFields().should().beAnnotatedWith(Autowired.class);

    @ArchTest
    static final ArchRule oldDatesAreNotUsedButWhereAmqpDoes = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("io.serai.failure.PropertiesJson")
            .and()
            .doNotHaveFullyQualifiedName("io.serai.bus.AmqpEvents")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.util.Date");

    @ArchTest
    static final ArchRule nobodyPrintsToTheConsole =
            noClasses().should().accessField(System.class, "out").orShould().accessField(System.class, "err");

    @Test
    void modulesUseEachOtherAsDeclared() {
        ApplicationModules.of(Serai.class).verify();
    }
}
