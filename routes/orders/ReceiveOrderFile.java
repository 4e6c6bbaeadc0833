// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import io.serai.message.EventIds;
import io.serai.message.Invalid;
import java.io.Closeable;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

// in:            CSV exports of the ERP in data/legacy/erp/out, *.csv; consecutive lines of one InvoiceNo are an order
// out:           order.placed, or order.cancelled where the InvoiceNo begins with C; file.arrived once a file; the file
// goes to
//                .done/. An invalid line is parked as order.line, an order with another content than before as
// order.rejected
// on error:      a file that cannot be read changes nothing and goes to .failed/ with a note; while the database is
// away
//                reading waits, and a file that was begun is begun again: what is known is passed over
// idempotent by: the system, the InvoiceNo and the content: the values of all its lines, valid or not, in their order
public class ReceiveOrderFile extends RouteBuilder {

    static final String SYSTEM = "erp";
    static final List<String> HEADER = List.of(
            "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country");

    /** What one transaction takes: many small orders together, since a commit costs more than an order. */
    static final int ORDERS_AT_ONCE = 50;

    static final int LINES_AT_ONCE = 2_000;

    /** An order is held in memory and becomes one message. */
    static final int MAX_LINES = 10_000;

    static final int MAX_TEXT = 1_000_000;
    static final int MAX_ROW = 65_536;
    static final int MAX_LINES_OF_ROW = 50;

    private static final Logger LOG = LoggerFactory.getLogger(ReceiveOrderFile.class);
    private static final Duration REPORT = Duration.ofSeconds(10);
    private static final Duration AGAIN = Duration.ofSeconds(1);

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

        from("direct:announce-order-file")
                .routeId("announce-order-file")
                .transacted()
                .filter(exchange -> claims().announce(exchange.getMessage().getBody(Arrival.class)))
                .setHeader("fileId", simple("${body.id}"))
                .setHeader("fileName", simple("${body.name}"))
                .to("event:file.arrived?outbox=true&eventId=${header.fileId}&subject=${header.fileName}");

        from("direct:refuse-order-file")
                .routeId("refuse-order-file")
                .transacted()
                .filter(exchange -> claims().refuse(exchange.getMessage().getBody(RefusedFile.class)))
                .setHeader("fileId", simple("${body.id}"))
                .setHeader("fileName", simple("${body.file}"))
                .setHeader("reason", simple("${body.file}: ${body.reason}"))
                .to("failure:order.file?outbox=true&subject=${header.fileName}&reason=${header.reason}"
                        + "&extension.correlationid=${header.fileId}&extension.causationid=${header.fileId}");

        // All of a chunk or nothing: claims, orders and what is wrong.
        var tied = "?outbox=true&subject=${header.invoiceNo}&extension.correlationid=${header.journey}"
                + "&extension.causationid=${header.fileId}";
        from("direct:take-orders")
                .routeId("take-orders")
                .transacted()
                .process(exchange -> exchange.getMessage()
                        .setBody(claims().take(exchange.getMessage().getBody(Chunk.class))))
                .split(body())
                .stopOnException()
                .process(ReceiveOrderFile::address)
                .choice()
                .when(header("outcome").isEqualTo(Outcome.PLACED))
                .to("event:order.placed" + tied + "&eventId=${header.journey}")
                .when(header("outcome").isEqualTo(Outcome.CANCELLED))
                .to("event:order.cancelled" + tied + "&eventId=${header.journey}")
                .when(header("outcome").isEqualTo(Outcome.INVALID_LINE))
                .to("failure:order.line" + tied + "&reason=${header.reason}")
                .otherwise()
                .to("failure:order.rejected" + tied + "&reason=${header.reason}");
    }

    private static void address(Exchange exchange) {
        var message = exchange.getMessage();
        var finding = message.getBody(Finding.class);
        message.setHeader("outcome", finding.outcome());
        message.setHeader("invoiceNo", finding.invoiceNo());
        message.setHeader("journey", finding.journey());
        message.setHeader("fileId", finding.fileId());
        message.setHeader("reason", finding.reason());
        message.setBody(finding.body());
    }

    private Claims claims() {
        return new Claims(getContext().getRegistry().findSingleByType(JdbcTemplate.class));
    }

    // ---- a file

    private void receive(Exchange exchange) throws Exception {
        var path = exchange.getMessage().getBody(java.io.File.class).toPath();
        var charset = Charset.forName(getContext().resolvePropertyPlaceholders("{{erp.orders.charset:UTF-8}}"));
        var arrival = Arrival.of(SYSTEM, path);
        try (var template = getContext().createProducerTemplate()) {
            send(template, "direct:announce-order-file", arrival);
            try {
                Text.check(path, charset);
                take(template, path, charset, arrival);
            } catch (Unreadable unreadable) {
                var reason = unreadable.getMessage();
                LOG.error("order file cannot be read and is moved to .failed file={} cause={}", arrival.name(), reason);
                send(
                        template,
                        "direct:refuse-order-file",
                        new RefusedFile(arrival.id(), SYSTEM, arrival.name(), reason));
                exchange.setProperty("moveTo", refuse(path, reason));
                return;
            }
        }
        exchange.setProperty("moveTo", ".done/" + free(path.resolveSibling(".done"), arrival.name()));
    }

    private void take(ProducerTemplate template, Path path, Charset charset, Arrival arrival)
            throws IOException, Unreadable {
        var lines = Counter.builder("serai.orders.lines")
                .description("Lines of order files that were read")
                .register(Metrics.globalRegistry);
        var bytes = Counter.builder("serai.orders.bytes")
                .baseUnit("bytes")
                .description("Bytes of order files that were read")
                .register(Metrics.globalRegistry);
        var begun = System.nanoTime();
        var reported = begun;
        long linesCounted = 0;
        long bytesCounted = 0;
        try (var rows = Rows.open(path, charset)) {
            rows.readHeader();
            var orders = new Orders(rows, arrival);
            for (var chunk = orders.next(); chunk != null; chunk = orders.next()) {
                commit(template, chunk);
                lines.increment((double) (rows.lines() - linesCounted));
                linesCounted = rows.lines();
                bytes.increment((double) (rows.bytes() - bytesCounted));
                bytesCounted = rows.bytes();
                if (System.nanoTime() - reported > REPORT.toNanos()) {
                    reported = System.nanoTime();
                    LOG.info(
                            "reading order file file={} lines={} bytes={} of={}",
                            arrival.name(),
                            linesCounted,
                            bytesCounted,
                            arrival.size());
                }
            }
        }
        if (!Arrival.of(SYSTEM, path).equals(arrival)) {
            throw new IOException("reading order file " + arrival.name() + ": it changed meanwhile; it is read again");
        }
        LOG.info(
                "order file is done file={} lines={} bytes={} seconds={}",
                arrival.name(),
                linesCounted,
                bytesCounted,
                TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun));
    }

    /** What the database or the hub will not have is found order by order, and parked. */
    private void commit(ProducerTemplate template, Chunk chunk) {
        try {
            send(template, "direct:take-orders", chunk);
        } catch (Invalid | DataIntegrityViolationException wrong) {
            if (chunk.units().size() > 1) {
                chunk.units().forEach(unit -> commit(template, new Chunk(chunk.file(), List.of(unit))));
            } else if (chunk.units().get(0) instanceof Order order && order.refusal() == null) {
                order.refuse("cannot be taken: " + wrong.getMessage());
                send(template, "direct:take-orders", chunk);
            } else {
                throw wrong;
            }
        }
    }

    /** Sends, and sends again while the database is away; a hub that stops leaves the file for its next start. */
    private void send(ProducerTemplate template, String route, Object body) {
        for (var told = false; ; told = true) {
            if (!isRunning()) {
                throw new RejectedExecutionException("the route stops; the file is read again when it starts");
            }
            var thrown = template.send(route, each -> each.getMessage().setBody(body))
                    .getException();
            if (thrown == null) {
                return;
            }
            var cause = cause(thrown);
            if (!isAway(cause)) {
                throw cause;
            }
            if (!told) {
                LOG.warn(
                        "database refuses, reading the order file waits cause={}",
                        cause.getClass().getName());
            }
            LockSupport.parkNanos(AGAIN.toNanos());
        }
    }

    private boolean isRunning() {
        var route = getContext().getRoute("receive-order-file");
        return getContext().isRunAllowed() && route != null && ServiceHelper.isStarted(route.getConsumer());
    }

    private static RuntimeException cause(Throwable thrown) {
        for (var each = thrown; each != null; each = each.getCause()) {
            if (each instanceof Invalid
                    || each instanceof org.springframework.dao.DataAccessException
                    || each instanceof org.springframework.transaction.TransactionException) {
                return (RuntimeException) each;
            }
        }
        return new IllegalStateException("taking orders failed", thrown);
    }

    private static boolean isAway(RuntimeException cause) {
        return cause instanceof TransientDataAccessException
                || cause instanceof RecoverableDataAccessException
                || cause instanceof DataAccessResourceFailureException
                || cause instanceof CannotCreateTransactionException
                || cause instanceof TransactionSystemException;
    }

    /** Writes the note first, so that no file lies there without one. */
    private static String refuse(Path path, String reason) throws IOException {
        var folder = Files.createDirectories(path.resolveSibling(".failed"));
        var name = free(folder, path.getFileName().toString());
        Files.writeString(folder.resolve(name + ".txt"), """
                %s was not taken: %s.
                Nothing of it has been processed. Correct the export (or erp.orders.charset, if the characters are in another
                encoding), and put the file into %s again, under a name that ends with .tmp first and renamed to .csv when whole.
                """.formatted(
                        name, reason, path.toAbsolutePath().getParent()));
        return ".failed/" + name;
    }

    /** The name, or the name with the time where there is such a file already: an earlier file is never overwritten. */
    static String free(Path folder, String name) {
        if (Files.notExists(folder.resolve(name))) {
            return name;
        }
        var dot = name.lastIndexOf('.');
        var stamp = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS").format(LocalDateTime.now(ZoneOffset.UTC));
        for (int i = 0; ; i++) {
            var other = name.substring(0, dot) + "-" + stamp + (i == 0 ? "" : "-" + i) + name.substring(dot);
            if (Files.notExists(folder.resolve(other))) {
                return other;
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

        static Arrival of(String system, Path path) throws IOException {
            var name = path.getFileName().toString();
            var facts = Files.readAttributes(path, BasicFileAttributes.class);
            var time = facts.lastModifiedTime().toInstant().toString();
            var key = String.join("\n", system, name, "" + facts.size(), time, "" + facts.fileKey());
            return new Arrival(
                    UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)).toString(),
                    system,
                    name,
                    facts.size(),
                    time);
        }
    }

    /** A file that cannot be read, {@code failure:order.file}. */
    public record RefusedFile(String id, String system, String file, String reason) {}

    /** The file is no order file; nothing of it has been taken. */
    static final class Unreadable extends Exception {
        Unreadable(String reason) {
            super(reason);
        }
    }

    // ---- text

    /** Sees to it that a file is text in its charset, all of it, before anything of it is taken. */
    static final class Text {

        private Text() {}

        static void check(Path path, Charset charset) throws IOException, Unreadable {
            try (var file = FileChannel.open(path)) {
                var bytes = ByteBuffer.allocate(MAX_ROW);
                var chars = CharBuffer.allocate(MAX_ROW);
                var decoder = strict(charset);
                long line = 1;
                for (var end = false; !end; ) {
                    end = file.read(bytes) < 0;
                    bytes.flip();
                    var result = decoder.decode(bytes, chars, end);
                    line += check(chars.flip(), line);
                    chars.clear();
                    if (result.isError()) {
                        throw new Unreadable("its line " + line + " is not in " + charset);
                    }
                    bytes.compact();
                    end &= result.isUnderflow();
                }
            }
        }

        /** Counts line breaks. */
        private static long check(CharSequence text, long line) throws Unreadable {
            long breaks = 0;
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) == '\n') {
                    breaks++;
                } else if (text.charAt(i) == 0) {
                    throw new Unreadable("its line " + (line + breaks) + " holds a character 0, so it is not text");
                }
            }
            return breaks;
        }

        static CharsetDecoder strict(Charset charset) {
            return charset.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);
        }

        /** A value as a reason may quote it: short, on one line. */
        static String shown(String value) {
            var text = value.replaceAll("\\p{Cntrl}", "?");
            return "'" + (text.length() > 40 ? cut(text, 40) + "…" : text) + "'";
        }

        /** At most that many characters; no half of a pair, which no JSON can hold. */
        static String cut(String text, int max) {
            if (text.length() <= max) {
                return text;
            }
            return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
        }
    }

    /**
     * A record of the file.
     *
     * @param line where it begins; the header is line 1
     * @param text as it came
     * @param columns its values; none where it is no CSV
     * @param flaw why it is no CSV; absent where it is
     */
    record Row(
            long line,
            String text,
            List<String> columns,
            @Nullable String flaw) {

        /** The InvoiceNo, or the empty text where it names none. */
        String invoiceNo() {
            var first = columns.isEmpty() ? "" : columns.get(0).strip();
            return Line.INVOICE.matcher(first).matches() ? first : "";
        }
    }

    /**
     * Reads the records of a file one by one, as of RFC 4180.
     *
     * <p>Jackson reads the values; where a record ends is found here, so that a quote that is never closed costs one line and
     * not the rest of the file, and so that no line, however long, is held in memory.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a>
     */
    static final class Rows implements Closeable {

        private static final ObjectReader CSV =
                new CsvMapper().readerFor(String[].class).with(CsvParser.Feature.WRAP_AS_ARRAY);

        private final FileChannel file;
        private final Reader in;
        private final char[] buffer = new char[MAX_ROW];
        private final Deque<String> ahead = new ArrayDeque<>();
        private int next;
        private int end;
        private long lines;

        private Rows(FileChannel file, Charset charset) {
            this.file = file;
            this.in = Channels.newReader(file, Text.strict(charset), -1);
        }

        static Rows open(Path path, Charset charset) throws IOException {
            return new Rows(FileChannel.open(path), charset);
        }

        /** Lines read so far. */
        long lines() {
            return lines;
        }

        /** Bytes read so far, some of them ahead. */
        long bytes() throws IOException {
            return file.position();
        }

        void readHeader() throws IOException, Unreadable {
            var first = line();
            if (first == null) {
                throw new Unreadable("it is empty");
            }
            // a byte order mark is no part of the first name
            var header = parse(lines, first.startsWith("\uFEFF") ? first.substring(1) : first);
            if (!header.columns().stream().map(String::strip).toList().equals(HEADER)) {
                throw new Unreadable(
                        "its first line is " + Text.shown(first) + " instead of " + String.join(",", HEADER));
            }
        }

        /** The next record that is not an empty line, or null at the end. */
        @Nullable
        Row next() throws IOException {
            var first = line();
            while (first != null && first.isEmpty()) {
                first = line();
            }
            if (first == null) {
                return null;
            }
            var line = lines;
            var text = first;
            var more = new ArrayList<String>();
            while (text.length() <= MAX_ROW && opensQuote(text)) {
                var following = more.size() + 1 < MAX_LINES_OF_ROW ? line() : null;
                if (following == null) {
                    unread(more);
                    return new Row(line, first, List.of(), "a quote is opened and not closed");
                }
                more.add(following);
                text = text + "\n" + following;
            }
            if (text.length() > MAX_ROW) {
                unread(more);
                return new Row(
                        line,
                        Text.cut(first, MAX_ROW),
                        List.of(),
                        more.isEmpty()
                                ? "it is longer than %d characters".formatted(MAX_ROW)
                                : "a quote is opened and not closed");
            }
            return parse(line, text);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }

        private static Row parse(long line, String text) {
            try (var values = CSV.<String[]>readValues(text)) {
                var columns = values.hasNextValue() ? List.of(values.nextValue()) : List.<String>of();
                return values.hasNextValue()
                        ? new Row(line, text, List.of(), "it holds a line break outside quotes")
                        : new Row(line, text, columns, null);
            } catch (JacksonException malformed) {
                return new Row(
                        line, text, List.of(), "its quotes are wrong: " + Text.shown(malformed.getOriginalMessage()));
            } catch (IOException unforeseen) {
                throw new java.io.UncheckedIOException(unforeseen);
            }
        }

        /** Whether a field that begins with a quote goes on after the end of the text. */
        private static boolean opensQuote(String text) {
            var quoted = false;
            var begins = true;
            for (int i = text.indexOf('"') < 0 ? text.length() : 0; i < text.length(); i++) {
                var each = text.charAt(i);
                if (each == '"' && (quoted || begins)) {
                    // two within quotes are one that is meant: closed and opened again
                    quoted = !quoted;
                    begins = !quoted;
                } else {
                    begins = !quoted && each == ',';
                }
            }
            return quoted;
        }

        private void unread(List<String> read) {
            for (int i = read.size() - 1; i >= 0; i--) {
                ahead.addFirst(read.get(i));
            }
            lines -= read.size();
        }

        /** The next line without its end, or null; of an overlong one no more than the limit and one character. */
        private @Nullable String line() throws IOException {
            var text = ahead.isEmpty() ? read() : ahead.poll();
            if (text != null) {
                lines++;
            }
            return text;
        }

        private @Nullable String read() throws IOException {
            StringBuilder text = null;
            while (fill()) {
                text = text == null ? new StringBuilder(128) : text;
                int stop = next;
                while (stop < end && buffer[stop] != '\n') {
                    stop++;
                }
                text.append(buffer, next, Math.min(stop - next, MAX_ROW + 1 - text.length()));
                var whole = stop < end;
                next = whole ? stop + 1 : stop;
                if (whole) {
                    break;
                }
            }
            if (text != null && text.length() > 0 && text.charAt(text.length() - 1) == '\r') {
                text.setLength(text.length() - 1);
            }
            return text == null ? null : text.toString();
        }

        private boolean fill() throws IOException {
            if (next == end) {
                next = 0;
                end = Math.max(0, in.read(buffer));
            }
            return next < end;
        }
    }

    // ---- lines and orders

    /** A line of an order as it is published. */
    public record Line(String sku, String description, int quantity, BigDecimal unitPrice) {

        static final Pattern INVOICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");
        private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,9}");
        private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]{1,9}(\\.[0-9]{1,4})?");
        private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
        private static final Pattern CONTROL_BUT_BREAKS = Pattern.compile("[\\p{Cntrl}&&[^\t\r\n]]");
        private static final DateTimeFormatter DATE =
                DateTimeFormatter.ofPattern("M/d/uuuu H:mm", Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);
        private static final DateTimeFormatter WITH_OFFSET = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx");
        private static final ZoneId UK = ZoneId.of("Europe/London");

        static Line of(List<String> columns) {
            return new Line(
                    text(columns, 1, 64),
                    description(columns),
                    quantity(columns),
                    price(columns.get(5).strip()));
        }

        /** The time of the row with the offset the UK had then; of an hour that comes twice in autumn the first. */
        static String placedAt(List<String> columns) {
            var value = columns.get(4).strip();
            try {
                var local = LocalDateTime.parse(value, DATE);
                var offsets = UK.getRules().getValidOffsets(local);
                if (offsets.isEmpty()) {
                    throw new Invalid(
                            "date " + Text.shown(value) + " did not exist in the UK: the clock was put forward");
                }
                return WITH_OFFSET.format(OffsetDateTime.of(local, offsets.get(0)));
            } catch (DateTimeException unreadable) {
                throw new Invalid("date " + Text.shown(value) + " is not month/day/year hour:minute");
            }
        }

        /** A text of one line, which must not be missing. */
        static String text(List<String> columns, int column, int max) {
            var value = optional(columns, column, max);
            if (value == null) {
                throw new Invalid(HEADER.get(column) + " is blank");
            }
            return value;
        }

        static @Nullable String optional(List<String> columns, int column, int max) {
            var value = columns.get(column).strip();
            limit(HEADER.get(column), value, max);
            if (CONTROL.matcher(value).find()) {
                throw new Invalid(HEADER.get(column) + " holds a control character");
            }
            return value.isEmpty() ? null : value;
        }

        /** Goes on as it is, the blanks around it included. */
        private static String description(List<String> columns) {
            var value = columns.get(2);
            if (value.isBlank()) {
                throw new Invalid("description is blank");
            }
            limit("description", value, 512);
            if (CONTROL_BUT_BREAKS.matcher(value).find()) {
                throw new Invalid("description holds a control character");
            }
            return value;
        }

        private static int quantity(List<String> columns) {
            var value = columns.get(3).strip();
            if (!WHOLE.matcher(value).matches()) {
                throw new Invalid("quantity " + Text.shown(value) + " is no whole number of at most 9 digits");
            }
            var quantity = Integer.parseInt(value);
            if (quantity == 0) {
                throw new Invalid("quantity is 0");
            }
            if (quantity < 0 && !columns.get(0).strip().startsWith("C")) {
                throw new Invalid("quantity " + value + " is negative, and it is no cancellation");
            }
            return quantity;
        }

        private static BigDecimal price(String value) {
            if (!DECIMAL.matcher(value).matches()) {
                throw new Invalid("price " + Text.shown(value) + " is no number of at most 9 digits and 4 decimals");
            }
            var price = new BigDecimal(value);
            if (price.signum() < 0) {
                throw new Invalid("price " + value + " is negative");
            }
            return price;
        }

        private static void limit(String name, String value, int max) {
            if (value.length() > max) {
                throw new Invalid(name + " is longer than " + max + " characters");
            }
        }

        BigDecimal amount() {
            return unitPrice.multiply(BigDecimal.valueOf(quantity));
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
            @Nullable Content content,
            @Nullable Content earlier) {}

    /** The lines of an order as they came, and where. */
    public record Content(String file, long line, String text) {}

    /** What is claimed together: an order, or a line that names none. */
    sealed interface Unit permits Order, Stray {}

    /**
     * A line that names no order.
     *
     * @param after the order it stands in or after; empty at the beginning of the file
     * @param ordinal its number among those of that order: two that read the same are two
     */
    record Stray(String after, int ordinal, Row row) implements Unit {

        String reason() {
            return row.flaw() == null
                    ? "InvoiceNo " + Text.shown(row.columns().get(0))
                            + " is none: 1 to 32 letters, digits and . _ - are"
                    : row.flaw();
        }

        String hash() {
            var digest = sha256();
            Order.add(digest, "line " + ordinal);
            Order.add(digest, row.text());
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    /** Consecutive lines of one InvoiceNo. Not thread-safe. */
    static final class Order implements Unit {

        private final String file;
        private final String invoiceNo;
        private final long line;
        private final MessageDigest digest = sha256();
        private final StringBuilder text = new StringBuilder();
        private final List<Line> lines = new ArrayList<>();
        private final List<InvalidLine> invalid = new ArrayList<>();
        private @Nullable String placedAt;
        private @Nullable String customerId;
        private @Nullable String country;
        private @Nullable String refusal;
        private @Nullable String hash;

        Order(String file, String invoiceNo, long line) {
            this.file = file;
            this.invoiceNo = invoiceNo;
            this.line = line;
        }

        String invoiceNo() {
            return invoiceNo;
        }

        /** How many lines it holds in memory. */
        int size() {
            return lines.size() + invalid.size();
        }

        List<InvalidLine> invalid() {
            return invalid;
        }

        @Nullable
        String refusal() {
            return refusal;
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

        void add(Row row) {
            add(digest, "" + row.columns().size());
            row.columns().forEach(value -> add(digest, value));
            if (refusal != null) {
                return;
            }
            if (size() == MAX_LINES || text.length() + row.text().length() >= MAX_TEXT) {
                refuse("has more than %d lines or %d characters; split it".formatted(MAX_LINES, MAX_TEXT));
                return;
            }
            text.append(row.text()).append('\n');
            try {
                check(row);
            } catch (Invalid wrong) {
                invalid.add(new InvalidLine(SYSTEM, file, row.line(), invoiceNo, wrong.getMessage(), row.text()));
            }
        }

        private void check(Row row) {
            var columns = row.columns();
            if (columns.size() != HEADER.size()) {
                throw new Invalid("has %d columns instead of %d".formatted(columns.size(), HEADER.size()));
            }
            var taken = Line.of(columns);
            var when = Line.placedAt(columns);
            var customer = Line.optional(columns, 6, 64);
            var where = Line.optional(columns, 7, 64);
            if (placedAt == null) {
                placedAt = when;
                customerId = customer;
                country = where;
            } else if (!java.util.Objects.equals(customer, customerId) || !java.util.Objects.equals(where, country)) {
                throw new Invalid("customer or country is another than in the first valid line of the order");
            }
            lines.add(taken);
        }

        /** The order, or null where no line is valid. */
        @Nullable
        Placed placed() {
            return placedAt == null || lines.isEmpty()
                    ? null
                    : new Placed(
                            invoiceNo,
                            customerId,
                            country,
                            placedAt,
                            lines,
                            lines.stream()
                                    .map(Line::amount)
                                    .reduce(BigDecimal.ZERO, BigDecimal::add)
                                    .setScale(2, RoundingMode.HALF_UP));
        }

        /** With its length, so that no two lists of values look the same. */
        static void add(MessageDigest digest, String value) {
            digest.update((value.length() + ":" + value).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }

    /** What one transaction takes; no order is in it twice. */
    record Chunk(Arrival file, List<Unit> units) {}

    /** Groups the rows of a file into orders, and these into chunks. */
    static final class Orders {

        private final Rows rows;
        private final Arrival file;
        private @Nullable Order open;
        private String last = "";
        private int strays;

        Orders(Rows rows, Arrival file) {
            this.rows = rows;
            this.file = file;
        }

        /** The next orders, or null at the end. */
        @Nullable
        Chunk next() throws IOException {
            var units = new ArrayList<Unit>();
            var invoices = new HashSet<String>();
            int lines = 0;
            while (units.size() < ORDERS_AT_ONCE && lines < LINES_AT_ONCE) {
                var row = rows.next();
                if (row == null) {
                    close(units);
                    break;
                }
                var invoiceNo = row.invoiceNo();
                if (invoiceNo.isEmpty()) {
                    units.add(new Stray(last, ++strays, row));
                    lines++;
                    continue;
                }
                if (open == null || !open.invoiceNo().equals(invoiceNo)) {
                    lines += close(units);
                    invoices.add(last);
                    open = new Order(file.name(), invoiceNo, row.line());
                    last = invoiceNo;
                    strays = 0;
                }
                open.add(row);
                if (invoices.contains(invoiceNo)) {
                    // it is there already: in the next transaction, which finds it claimed
                    break;
                }
            }
            return units.isEmpty() && open == null ? null : new Chunk(file, units);
        }

        private int close(List<Unit> units) {
            var done = open;
            open = null;
            if (done == null) {
                return 0;
            }
            units.add(done);
            return done.size();
        }
    }

    // ---- claims

    /** What is sent on. */
    enum Outcome {
        PLACED,
        CANCELLED,
        INVALID_LINE,
        REJECTED
    }

    /** One message, and what it is about. */
    record Finding(
            Outcome outcome,
            String invoiceNo,
            String journey,
            String fileId,
            @Nullable String reason,
            Object body) {}

    /** Says, in the transaction of the effect, what has not been there before. */
    static final class Claims {

        private final JdbcTemplate jdbc;

        Claims(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        /** Whether the file is new. */
        boolean announce(Arrival file) {
            return jdbc.update(
                            "INSERT INTO received_file (id, source, name, refused) VALUES (?, ?, ?, FALSE) ON CONFLICT DO NOTHING",
                            file.id(),
                            file.system(),
                            file.name())
                    == 1;
        }

        /** Whether it has not been refused before. */
        boolean refuse(RefusedFile file) {
            return jdbc.update("UPDATE received_file SET refused = TRUE WHERE id = ? AND NOT refused", file.id()) == 1;
        }

        /** Claims the units and says what follows from those that are new. */
        List<Finding> take(Chunk chunk) {
            var known = known(chunk.units().stream()
                    .filter(Order.class::isInstance)
                    .map(unit -> ((Order) unit).invoiceNo())
                    .toList());
            var fresh = chunk.units().stream()
                    .filter(Order.class::isInstance)
                    .map(Order.class::cast)
                    .filter(order -> !known.containsKey(order.invoiceNo()))
                    .toList();
            claim(fresh);
            var found = new ArrayList<Finding>();
            for (var unit : chunk.units()) {
                if (unit instanceof Stray stray) {
                    stray(stray, chunk.file(), found);
                } else if (unit instanceof Order order) {
                    var hash = known.get(order.invoiceNo());
                    if (hash == null) {
                        accept(order, chunk.file(), found);
                    } else if (!hash.equals(order.hash())) {
                        conflict(order, chunk.file(), found);
                    }
                }
            }
            return found;
        }

        private static void accept(Order order, Arrival file, List<Finding> found) {
            var journey = EventIds.next();
            var refusal = order.refusal();
            if (refusal != null) {
                var rejected = new Rejected(SYSTEM, order.invoiceNo(), refusal, null, null);
                found.add(rejected(order, file, journey, rejected));
                return;
            }
            for (var line : order.invalid()) {
                found.add(invalid(line, journey, file));
            }
            var placed = order.placed();
            if (placed != null) {
                var outcome = order.invoiceNo().startsWith("C") ? Outcome.CANCELLED : Outcome.PLACED;
                found.add(new Finding(outcome, order.invoiceNo(), journey, file.id(), null, placed));
            }
        }

        private void stray(Stray stray, Arrival file, List<Finding> found) {
            if (refuse(stray.after(), stray.hash())) {
                var line = new InvalidLine(
                        SYSTEM,
                        file.name(),
                        stray.row().line(),
                        "",
                        stray.reason(),
                        stray.row().text());
                found.add(invalid(line, EventIds.next(), file));
            }
        }

        private void conflict(Order order, Arrival file, List<Finding> found) {
            if (refuse(order.invoiceNo(), order.hash())) {
                var earlier = earlier(order.invoiceNo());
                var reason = "came with another content in " + earlier.file() + " line " + earlier.line()
                        + ", which stands; compare, and correct the order by hand if this one is right";
                var rejected = new Rejected(SYSTEM, order.invoiceNo(), reason, order.content(), earlier);
                found.add(rejected(order, file, EventIds.next(), rejected));
            }
        }

        private static Finding invalid(InvalidLine line, String journey, Arrival file) {
            var reason = line.file() + " line " + line.line() + ": " + line.reason();
            // a line that names no order is about the file
            var subject = line.invoiceNo().isEmpty() ? line.file() : line.invoiceNo();
            return new Finding(Outcome.INVALID_LINE, subject, journey, file.id(), reason, line);
        }

        private static Finding rejected(Order order, Arrival file, String journey, Rejected rejected) {
            var reason = file.name() + " line " + order.content().line() + ": order " + order.invoiceNo() + " "
                    + rejected.reason();
            return new Finding(Outcome.REJECTED, order.invoiceNo(), journey, file.id(), reason, rejected);
        }

        private Map<String, String> known(List<String> invoices) {
            if (invoices.isEmpty()) {
                return Map.of();
            }
            var known = new java.util.HashMap<String, String>();
            var parameters = new ArrayList<Object>(invoices);
            parameters.add(0, SYSTEM);
            jdbc.query(
                    "SELECT invoice_no, content_hash FROM received_order WHERE source = ? AND invoice_no IN (%s)"
                            .formatted(String.join(", ", Collections.nCopies(invoices.size(), "?"))),
                    row -> {
                        known.put(row.getString(1), row.getString(2));
                    },
                    parameters.toArray());
            return known;
        }

        private void claim(List<Order> orders) {
            if (orders.isEmpty()) {
                return;
            }
            var parameters = new ArrayList<Object>();
            for (var order : orders) {
                var content = order.content();
                parameters.addAll(Arrays.asList(
                        SYSTEM, order.invoiceNo(), order.hash(), content.file(), content.line(), content.text()));
            }
            var claimed = jdbc.update(
                    "INSERT INTO received_order (source, invoice_no, content_hash, file, line, content) VALUES %s ON CONFLICT DO NOTHING"
                            .formatted(String.join(", ", Collections.nCopies(orders.size(), "(?, ?, ?, ?, ?, ?)"))),
                    parameters.toArray());
            if (claimed < orders.size()) {
                throw new ConcurrencyFailureException("another hub is taking the same orders");
            }
        }

        private boolean refuse(String invoiceNo, String hash) {
            return jdbc.update(
                            "INSERT INTO refused_content (source, invoice_no, content_hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                            SYSTEM,
                            invoiceNo,
                            hash)
                    == 1;
        }

        private Content earlier(String invoiceNo) {
            var found = jdbc.queryForObject(
                    "SELECT file, line, content FROM received_order WHERE source = ? AND invoice_no = ?",
                    (row, number) -> new Content(row.getString(1), row.getLong(2), row.getString(3)),
                    SYSTEM,
                    invoiceNo);
            return java.util.Objects.requireNonNull(found);
        }
    }
}
