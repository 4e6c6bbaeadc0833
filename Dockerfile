# SPDX-License-Identifier: Apache-2.0
# The hub as an image. Build what goes in first: ./mvnw package

# A JDK, since routes in Java are compiled when the hub starts
ARG JDK=17
FROM eclipse-temurin:${JDK}-jdk

RUN groupadd --system --gid 10001 serai \
 && useradd --system --uid 10001 --gid serai --home-dir /var/lib/serai --shell /usr/sbin/nologin serai \
 && install -d -o serai -g serai /var/lib/serai /var/lib/serai/data

# The program belongs to root; what changes seldom comes first
COPY target/serai/lib/ /opt/serai/lib/
COPY target/serai/bin/ /opt/serai/bin/
COPY target/serai/LICENSE target/serai/serai.jar /opt/serai/
COPY --chown=serai:serai target/serai/config/ /var/lib/serai/config/
COPY --chown=serai:serai target/serai/routes/ /var/lib/serai/routes/

# What the hub loads until it listens, mapped from a file at each start, for the Java of this image
RUN /opt/serai/bin/serai archive --serai.routes.directory=/var/lib/serai/routes

USER serai
WORKDIR /var/lib/serai
VOLUME ["/var/lib/serai/data", "/var/lib/serai/routes", "/var/lib/serai/config"]
ENV SPRING_PROFILES_ACTIVE=production \
    JAVA_OPTS="-XX:MaxRAMPercentage=70"
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 CMD ["/opt/serai/bin/serai-health"]
# Becomes java itself (exec), which so gets SIGTERM and stops in order
ENTRYPOINT ["/opt/serai/bin/serai"]
