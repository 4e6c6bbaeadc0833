// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.annotation.JsonInclude;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.serai.file.Aside;
import io.serai.file.CsvFile;
import io.serai.file.PatientProducer;
import io.serai.file.Quoted;
import io.serai.message.EventIds;
import io.serai.message.Invalid;
import java.io.File;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapper;

// in:            CSV exports of the ERP in data/legacy/erp/out, *.csv; consecutive lines of one InvoiceNo are an order
// out:           order.placed, or order.cancelled where the InvoiceNo begins with C; file.arrived once a file, which
//                goes to .done/. An invalid line is parked as order.line, an order with another content than before
//                as order.rejected
// on error:      a file that cannot be read changes nothing and goes to .failed/ with a note; while the database is
//                away reading waits, and a file that was begun is begun again: what is known is passed over
// idempotent by: the system, the InvoiceNo and the content: the values of all its lines, valid or not, in their order
public class ReceiveOrderFile extends RouteBuilder {

    static final String SYSTEM = "erp";
    static final List<String> HEADER = List.of(
            "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country");

    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("M/d/uuuu H:mm", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);
    private static final DateTimeFormatter WITH_OFFSET = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx");
    private static final ZoneId UK = ZoneId.of("Europe/London");

    /** What one transaction takes: many small orders together, since a commit costs more than an order. */
    static final int ORDERS_AT_ONCE = 50;

    static final int LINES_AT_ONCE = 2_000;

    /** An order is held in memory and becomes one message. */
    static final int MAX_LINES = 10_000;

    static final int MAX_TEXT = 1_000_000;

    private static final String NOTE = """
            %s was not taken: %s.
            Nothing of it has been processed. Correct the export (or erp.orders.charset, if the characters are in another
            encoding), and put the file into %s again, under a name that ends with .tmp first and renamed to .csv when whole.
            """;

    private static final Logger LOG = LoggerFactory.getLogger(ReceiveOrderFile.class);
    private static final long REPORT = TimeUnit.SECONDS.toNanos(10);

    /** What is about the order, not about the moment. */
    private static final List<Class<? extends RuntimeException>> WRONG =
            List.of(Invalid.class, DataIntegrityViolationException.class);

    private final Counter lines = Counter.builder("serai.orders.lines")
            .description("Lines of order files that were read")
            .register(Metrics.globalRegistry);
    private final Counter bytes = Counter.builder("serai.orders.bytes")
            .baseUnit("bytes")
            .description("Bytes of order files that were read")
            .register(Metrics.globalRegistry);

    @Override
    public void configure() {
        // names with control characters are nobody's export; .tmp, .part and hidden files are not *.csv
        from("file:{{erp.orders.directory:data/legacy/erp/out}}?include=RAW((?i)[^.\\p{Cntrl}][^\\p{Cntrl}]*\\.csv)"
                        + "&sortBy=file:modified&delay=1000&initialDelay=500"
                        + "&readLock=changed&readLockMinLength=0&readLockMinAge={{erp.orders.settle:2s}}&readLockTimeout=4000"
                        + "&readLockCheckInterval=500&readLockLoggingLevel=DEBUG"
                        + "&move=${exchangeProperty.moveTo}")
                .routeId("receive-order-file")
                .process(this::receive);

        // All of a chunk or nothing: claims, orders and what is wrong.
        var tied = "?outbox=true&subject=${header.subject}&extension.correlationid=${header.journey}"
                + "&extension.causationid=${header.fileId}";
        var reason = "&reason=${header.reason}";
        from("direct:take-orders")
                .routeId("take-orders")
                .transacted()
                .setBody(exchange -> exchange.getMessage()
                        .getBody(Work.class)
                        .claim(new Claims(getContext().getRegistry().findSingleByType(JdbcTemplate.class))))
                .split(body())
                .stopOnException()
                .process(ReceiveOrderFile::address)
                .choice()
                .when(header("type").isEqualTo("order.placed"))
                .to("event:order.placed" + tied + "&eventId=${header.journey}")
                .when(header("type").isEqualTo("order.cancelled"))
                .to("event:order.cancelled" + tied + "&eventId=${header.journey}")
                .when(header("type").isEqualTo("order.line"))
                .to("failure:order.line" + tied + reason)
                .when(header("type").isEqualTo("order.rejected"))
                .to("failure:order.rejected" + tied + reason)
                .when(header("type").isEqualTo("order.file"))
                .to("failure:order.file" + tied + reason)
                .otherwise()
                // for whoever watches; lint: ignore nobody-subscribes
                .to("event:file.arrived?outbox=true&eventId=${header.fileId}&subject=${header.subject}");
    }

    private static void address(Exchange exchange) {
        var message = exchange.getMessage();
        var finding = message.getBody(Finding.class);
        message.setHeader("type", finding.type());
        message.setHeader("subject", finding.subject());
        message.setHeader("journey", finding.journey());
        message.setHeader("fileId", finding.fileId());
        message.setHeader("reason", finding.reason());
        message.setBody(finding.body());
    }

    private void receive(Exchange exchange) throws Exception {
        var path = exchange.getMessage().getBody(File.class).toPath();
        var charset = Charset.forName(getContext().resolvePropertyPlaceholders("{{erp.orders.charset:UTF-8}}"));
        var file = Arrival.of(path);
        try (var to = new PatientProducer(getContext(), exchange.getFromRouteId())) {
            to.send("direct:take-orders", (Work) claims -> claims.arrived(file), WRONG);
            try {
                CsvFile.check(path, charset, HEADER);
            } catch (CsvFile.Unreadable unreadable) {
                var why = unreadable.getMessage();
                LOG.error("order file cannot be read and goes to .failed file={} cause={}", file.name(), why);
                var refused = new RefusedFile(file.id(), SYSTEM, file.name(), why);
                to.send("direct:take-orders", (Work) claims -> claims.refused(refused), WRONG);
                var folder = path.toAbsolutePath().getParent();
                exchange.setProperty("moveTo", Aside.failed(path, NOTE.formatted(file.name(), why, folder)));
                return;
            }
            take(to, path, charset, file);
        }
        exchange.setProperty("moveTo", Aside.done(path));
    }

    private void take(PatientProducer to, Path path, Charset charset, Arrival file) throws IOException {
        var reported = System.nanoTime();
        long linesTaken = 0;
        long bytesTaken = 0;
        try (var rows = CsvFile.open(path, charset, HEADER)) {
            var orders = new Orders(rows, file.name());
            for (var chunk = orders.next(); !chunk.isEmpty(); chunk = orders.next()) {
                commit(to, file, chunk);
                lines.increment((double) (rows.lines() - linesTaken));
                bytes.increment((double) (rows.bytes() - bytesTaken));
                linesTaken = rows.lines();
                bytesTaken = rows.bytes();
                if (System.nanoTime() - reported > REPORT) {
                    reported = System.nanoTime();
                    LOG.info("reading order file {} lines={} bytes={}", file, linesTaken, bytesTaken);
                }
            }
        }
        if (!Arrival.of(path).equals(file)) {
            throw new IOException("reading order file " + file.name() + ": it changed meanwhile; it is read again");
        }
        LOG.info("order file is done {} lines={}", file, linesTaken);
    }

    /** What the database or the hub will not have is found order by order, and parked. */
    private void commit(PatientProducer to, Arrival file, List<Unit> chunk) {
        try {
            to.send("direct:take-orders", (Work) claims -> claims.taken(file, chunk), WRONG);
        } catch (Invalid | DataIntegrityViolationException wrong) {
            if (chunk.size() > 1) {
                chunk.forEach(unit -> commit(to, file, List.of(unit)));
            } else if (chunk.get(0) instanceof Order order && order.refusal == null) {
                order.refuse("cannot be taken: " + wrong.getMessage());
                commit(to, file, chunk);
            } else {
                throw wrong;
            }
        }
    }

    /**
     * A file that came, {@code file.arrived}.
     *
     * <pre>{@code
     * {"id": "6f1c…", "system": "erp", "name": "orders.csv", "size": 92277, "time": "2026-11-21T10:00:00Z"}
     * }</pre>
     *
     * @param id follows from the file itself, its inode included: one that is read again is the same, a later copy is not
     */
    public record Arrival(String id, String system, String name, long size, String time) {

        static Arrival of(Path path) throws IOException {
            var name = path.getFileName().toString();
            var facts = Files.readAttributes(path, BasicFileAttributes.class);
            var time = facts.lastModifiedTime().toInstant().toString();
            var key = String.join("\n", SYSTEM, name, "" + facts.size(), time, "" + facts.fileKey());
            var id = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8));
            return new Arrival(id.toString(), SYSTEM, name, facts.size(), time);
        }
    }

    private static void require(boolean holds, Object... reason) {
        if (!holds) {
            throw new Invalid(Stream.of(reason).map(String::valueOf).collect(Collectors.joining()));
        }
    }

    /** A column of the file, and what a value in it must be. */
    record Column(int index, String title, int max, Pattern pattern, String otherwise) {

        private static final String CONTROL = "holds a control character";

        static final Column INVOICE_NO = new Column(
                0, "InvoiceNo", 32, "[A-Za-z0-9][A-Za-z0-9._-]*", "%s is none: 1 to 32 letters, digits and . _ - are");
        static final Column STOCK_CODE = new Column(1, "StockCode", 64, "\\P{Cntrl}*", CONTROL);
        static final Column DESCRIPTION = new Column(2, "description", 512, "[\\P{Cntrl}\t\r\n]*", CONTROL);
        static final Column QUANTITY =
                new Column(3, "quantity", 10, "[+-]?\\d{1,9}", "%s is no whole number of at most 9 digits");
        static final Column DATE =
                new Column(4, "date", 16, "[\\d/]{8,10} [\\d:]{4,5}", "%s is not month/day/year hour:minute");
        static final Column PRICE = new Column(
                5, "price", 15, "[+-]?\\d{1,9}(\\.\\d{1,4})?", "%s is no number of at most 9 digits and 4 decimals");
        static final Column CUSTOMER = new Column(6, "CustomerID", 64, "\\P{Cntrl}*", CONTROL);
        static final Column COUNTRY = new Column(7, "Country", 64, "\\P{Cntrl}*", CONTROL);

        Column(int index, String title, int max, String pattern, String otherwise) {
            this(index, title, max, Pattern.compile(pattern), otherwise);
        }

        /** The value, or null where it is blank; a description with the blanks around it. */
        @Nullable
        String optional(List<String> values) {
            var raw = values.get(index);
            var value = equals(DESCRIPTION) ? raw : raw.strip();
            if (!pattern.matcher(value).matches()) {
                throw wrong(value);
            }
            require(value.length() <= max, title, " is longer than ", max, " characters");
            return value.isBlank() ? null : value;
        }

        String of(List<String> values) {
            var value = optional(values);
            require(value != null, title, " is blank");
            return value;
        }

        Invalid wrong(String value) {
            return new Invalid(title + " " + otherwise.formatted(Quoted.of(value)));
        }
    }

    /** Who ordered. */
    record Customer(@Nullable String id, @Nullable String country) {}

    /** A line of an order as it is published. */
    public record Line(String sku, String description, int quantity, BigDecimal unitPrice) {

        static Line of(List<String> values) {
            var quantity = Integer.parseInt(Column.QUANTITY.of(values));
            require(quantity != 0, "quantity is 0");
            var cancelled = Column.INVOICE_NO.of(values).startsWith("C");
            require(quantity > 0 || cancelled, "quantity ", quantity, " is negative, and it is no cancellation");
            var price = new BigDecimal(Column.PRICE.of(values));
            require(price.signum() >= 0, "price ", price, " is negative");
            return new Line(Column.STOCK_CODE.of(values), Column.DESCRIPTION.of(values), quantity, price);
        }

        BigDecimal amount() {
            return unitPrice.multiply(BigDecimal.valueOf(quantity));
        }
    }

    /** The time of the row with the offset the UK had then; of an hour that comes twice in autumn the first. */
    private static String placedAt(List<String> values) {
        var value = Column.DATE.of(values);
        try {
            var local = LocalDateTime.parse(value, DATE);
            var offsets = UK.getRules().getValidOffsets(local);
            require(!offsets.isEmpty(), "date '", value, "' did not exist in the UK: the clock was put forward");
            return WITH_OFFSET.format(OffsetDateTime.of(local, offsets.get(0)));
        } catch (DateTimeException none) {
            throw Column.DATE.wrong(value);
        }
    }

    /** A line that is not taken, {@code failure:order.line}. */
    public record InvalidLine(String system, String file, long line, String invoiceNo, String reason, String text) {}

    /** An order as it is published, {@code routes/schemas/order.schema.json}. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Placed(
            String orderId,
            @Nullable String customerId,
            @Nullable String country,
            String placedAt,
            List<Line> lines,
            BigDecimal total) {}

    /** An order that is not taken, {@code failure:order.rejected}, with what is known of it already. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Rejected(
            String system,
            String invoiceNo,
            String reason,
            Content content,
            @Nullable Content earlier) {}

    /** The lines of an order as they came, and where. */
    public record Content(String file, long line, String text) {}

    /** A file that cannot be read, {@code failure:order.file}. */
    public record RefusedFile(String id, String system, String file, String reason) {}

    /** What is claimed together: an order, or a line that names none. */
    sealed interface Unit permits Order, Stray {}

    /**
     * A line that names no order.
     *
     * @param after the order it stands in or after; empty at the beginning of the file
     * @param hash of its text and its number among those of that order: two that read the same are two
     */
    record Stray(String after, String hash, InvalidLine line) implements Unit {}

    /** Consecutive lines of one InvoiceNo. Not thread-safe. */
    static final class Order implements Unit {

        final String file;
        final String invoiceNo;
        final long line;
        final List<Line> lines = new ArrayList<>();
        final List<InvalidLine> invalid = new ArrayList<>();
        private final MessageDigest digest = sha256();
        private final StringBuilder text = new StringBuilder();
        private @Nullable Customer customer;
        private @Nullable String placedAt;
        private @Nullable String hash;

        /** Why nothing of it is taken; absent where it is. */
        @Nullable
        String refusal;

        Order(String file, String invoiceNo, long line) {
            this.file = file;
            this.invoiceNo = invoiceNo;
            this.line = line;
        }

        void refuse(String reason) {
            refusal = reason;
            lines.clear();
            invalid.clear();
        }

        /** The values of all lines, valid or not, in their order; not how they are quoted, nor where they stand. */
        String hash() {
            if (hash == null) {
                hash = HexFormat.of().formatHex(digest.digest());
            }
            return hash;
        }

        Content content() {
            return new Content(file, line, text.toString());
        }

        void add(CsvFile.Row row) {
            count("" + row.values().size());
            row.values().forEach(this::count);
            if (refusal != null) {
                return;
            }
            if (lines.size() + invalid.size() == MAX_LINES
                    || text.length() + row.text().length() >= MAX_TEXT) {
                refuse("has more than %d lines or %d characters; split it".formatted(MAX_LINES, MAX_TEXT));
                return;
            }
            text.append(row.text()).append('\n');
            try {
                take(row.values());
            } catch (Invalid wrong) {
                invalid.add(new InvalidLine(SYSTEM, file, row.line(), invoiceNo, wrong.getMessage(), row.text()));
            }
        }

        private void take(List<String> values) {
            require(values.size() == HEADER.size(), "has ", values.size(), " columns instead of ", HEADER.size());
            var taken = Line.of(values);
            var when = placedAt(values);
            var who = new Customer(Column.CUSTOMER.optional(values), Column.COUNTRY.optional(values));
            if (customer == null) {
                customer = who;
                placedAt = when;
            }
            require(who.equals(customer), "customer or country is another than in the first valid line of the order");
            lines.add(taken);
        }

        /** With its length, so that no two lists of values look the same. */
        private void count(String value) {
            digest.update((value.length() + ":" + value).getBytes(StandardCharsets.UTF_8));
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException impossible) {
                throw new IllegalStateException("every Java has SHA-256", impossible);
            }
        }

        /** The order, or null where no line is valid. */
        @Nullable
        Placed placed() {
            if (customer == null || placedAt == null || lines.isEmpty()) {
                return null;
            }
            var total = lines.stream().map(Line::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
            total = total.setScale(2, RoundingMode.HALF_UP);
            return new Placed(invoiceNo, customer.id(), customer.country(), placedAt, lines, total);
        }
    }

    /** Groups the rows of a file into orders, and these into what one transaction takes. */
    static final class Orders {

        private final CsvFile rows;
        private final String file;
        private @Nullable Order open;
        private String last = "";
        private int strays;

        Orders(CsvFile rows, String file) {
            this.rows = rows;
            this.file = file;
        }

        /** The next chunk; empty at the end. */
        List<Unit> next() throws IOException {
            var units = new ArrayList<Unit>();
            var begun = rows.lines();
            while (units.size() < ORDERS_AT_ONCE && (units.isEmpty() || rows.lines() - begun < LINES_AT_ONCE)) {
                var row = rows.next();
                if (row == null) {
                    close(units);
                    break;
                }
                try {
                    add(Column.INVOICE_NO.of(row.values()), row, units);
                } catch (Invalid none) {
                    units.add(stray(row, none.getMessage()));
                }
            }
            return units;
        }

        private void add(String invoiceNo, CsvFile.Row row, List<Unit> units) {
            if (open == null || !open.invoiceNo.equals(invoiceNo)) {
                close(units);
                open = new Order(file, invoiceNo, row.line());
                last = invoiceNo;
                strays = 0;
            }
            open.add(row);
        }

        private Stray stray(CsvFile.Row row, String reason) {
            var hash = UUID.nameUUIDFromBytes((++strays + ":" + row.text()).getBytes(StandardCharsets.UTF_8));
            var line = new InvalidLine(SYSTEM, file, row.line(), "", reason, row.text());
            return new Stray(last, hash.toString(), line);
        }

        private void close(List<Unit> units) {
            if (open != null) {
                units.add(open);
                open = null;
            }
        }
    }

    /** One message, and what it is about. */
    record Finding(String type, String subject, String journey, String fileId, String reason, Object body) {}

    /** What is done in one transaction. */
    interface Work {
        List<Finding> claim(Claims claims);
    }

    /** Says, in the transaction of the effect, what has not been there before. */
    record Claims(JdbcTemplate jdbc) {

        private static final String REFUSED = "refused_content (source, invoice_no, content_hash)";

        List<Finding> arrived(Arrival file) {
            var isNew = isNew("received_file (id, source, name, refused)", file.id(), SYSTEM, file.name(), false);
            var finding = new Finding("file.arrived", file.name(), file.id(), file.id(), "", file);
            return isNew ? List.of(finding) : List.of();
        }

        List<Finding> refused(RefusedFile file) {
            var isNew =
                    jdbc.update("UPDATE received_file SET refused = TRUE WHERE id = ? AND NOT refused", file.id()) == 1;
            var reason = file.file() + ": " + file.reason();
            var finding = new Finding("order.file", file.file(), file.id(), file.id(), reason, file);
            return isNew ? List.of(finding) : List.of();
        }

        /** Claims the units and says what follows from those that are new. */
        List<Finding> taken(Arrival file, List<Unit> units) {
            var found = new ArrayList<Finding>();
            for (var unit : units) {
                if (unit instanceof Stray stray && isNew(REFUSED, SYSTEM, stray.after(), stray.hash())) {
                    found.add(invalid(stray.line(), EventIds.next(), file));
                } else if (unit instanceof Order order) {
                    take(order, file, found);
                }
            }
            return found;
        }

        private void take(Order order, Arrival file, List<Finding> found) {
            var journey = EventIds.next();
            var row = "received_order (source, invoice_no, content_hash, file, line, content)";
            var its = order.content();
            if (!isNew(row, SYSTEM, order.invoiceNo, order.hash(), its.file(), its.line(), its.text())) {
                conflict(order, file, journey, found);
            } else if (order.refusal != null) {
                found.add(rejected(order, file, journey, order.refusal, null));
            } else {
                order.invalid.forEach(line -> found.add(invalid(line, journey, file)));
                var placed = order.placed();
                if (placed != null) {
                    var type = order.invoiceNo.startsWith("C") ? "order.cancelled" : "order.placed";
                    found.add(new Finding(type, order.invoiceNo, journey, file.id(), "", placed));
                }
            }
        }

        private void conflict(Order order, Arrival file, String journey, List<Finding> found) {
            var sql = "SELECT file, line, content FROM received_order"
                    + " WHERE source = ? AND invoice_no = ? AND content_hash <> ?";
            RowMapper<Content> content = (row, n) -> new Content(row.getString(1), row.getLong(2), row.getString(3));
            for (var earlier : jdbc.query(sql, content, SYSTEM, order.invoiceNo, order.hash())) {
                if (isNew(REFUSED, SYSTEM, order.invoiceNo, order.hash())) {
                    var reason = "came with another content in " + earlier.file() + " line " + earlier.line()
                            + ", which stands; compare, and correct the order by hand if this one is right";
                    found.add(rejected(order, file, journey, reason, earlier));
                }
            }
        }

        private static Finding invalid(InvalidLine line, String journey, Arrival file) {
            var reason = line.file() + " line " + line.line() + ": " + line.reason();
            // a line that names no order is about the file
            var subject = line.invoiceNo().isEmpty() ? line.file() : line.invoiceNo();
            return new Finding("order.line", subject, journey, file.id(), reason, line);
        }

        private static Finding rejected(
                Order order, Arrival file, String journey, String why, @Nullable Content earlier) {
            var reason = "%s line %d: order %s %s".formatted(file.name(), order.line, order.invoiceNo, why);
            var body = new Rejected(SYSTEM, order.invoiceNo, why, order.content(), earlier);
            return new Finding("order.rejected", order.invoiceNo, journey, file.id(), reason, body);
        }

        private boolean isNew(String row, Object... values) {
            var marks = String.join(", ", Collections.nCopies(values.length, "?"));
            return jdbc.update("INSERT INTO " + row + " VALUES (" + marks + ") ON CONFLICT DO NOTHING", values) == 1;
        }
    }
}
