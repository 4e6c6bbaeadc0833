// SPDX-License-Identifier: Apache-2.0
package io.serai.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.LineNumberReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CSV file of any size row by row, each with its text and the line it begins in.
 *
 * <p>Needs the memory of one row. Whoever takes a file whole or not at all calls {@link #check} before. Line ends may be LF,
 * CRLF or CR; a byte order mark is passed over. Not thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc4180">RFC 4180</a>
 */
public final class CsvFile implements Closeable {

    /** Of a row, in characters; bounds the memory that a file without line ends needs. */
    static final int MAX_ROW = 65_536;

    /** Of a row; bounds what is lost to a quote that is closed by the opening one of a later row. */
    static final int MAX_LINES = 50;

    private static final CSVFormat FORMAT =
            CSVFormat.RFC4180.builder().setIgnoreEmptyLines(false).get();

    /** No character by definition, so it can stand for bytes that are none: a decoder that throws does not say where. */
    private static final char UNDECODABLE = '\uFFFF';

    private final FileChannel file;
    private final Charset charset;
    private final LineNumberReader in;
    private final StringBuilder text = new StringBuilder();
    private final Iterator<CSVRecord> records;
    private long line;

    private CsvFile(FileChannel file, Charset charset) throws IOException {
        this.file = file;
        this.charset = charset;
        var decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .replaceWith(String.valueOf(UNDECODABLE));
        this.in = new LineNumberReader(Channels.newReader(file, decoder, -1), MAX_ROW);
        in.mark(1);
        if (in.read() != '\uFEFF') {
            in.reset();
        }
        this.records = FORMAT.parse(new Lines()).iterator();
    }

    /**
     * Opens a file and reads its first line.
     *
     * @param header what has to stand in it; blanks around the names do not matter
     * @throws Unreadable when something else stands there
     */
    public static CsvFile open(Path path, Charset charset, List<String> header) throws IOException {
        var csv = new CsvFile(FileChannel.open(path), charset);
        try {
            csv.readHeader(header);
            return csv;
        } catch (IOException | RuntimeException failed) {
            csv.close();
            throw failed;
        }
    }

    /**
     * Reads a file to its end.
     *
     * @throws Unreadable when it is not what it should be
     */
    public static void check(Path path, Charset charset, List<String> header) throws IOException {
        try (var csv = open(path, charset, header)) {
            while (csv.next() != null) {
                // it is the reading that finds what is wrong
            }
        }
    }

    /** The next row that is not an empty line, or null at the end; it may have another number of values than the header. */
    public @Nullable Row next() throws IOException {
        var row = read();
        while (row != null && row.text().isEmpty()) {
            row = read();
        }
        return row;
    }

    /** Lines read so far. */
    public long lines() {
        return in.getLineNumber();
    }

    /** Bytes read so far, some of them ahead. */
    public long bytes() throws IOException {
        return file.position();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void readHeader(List<String> header) throws IOException {
        var first = read();
        if (first == null) {
            throw new Unreadable("it is empty");
        }
        if (!first.values().stream().map(String::strip).toList().equals(header)) {
            throw new Unreadable(
                    "its first line is " + Quoted.of(first.text()) + " instead of " + String.join(",", header));
        }
    }

    private @Nullable Row read() throws IOException {
        line = lines() + 1;
        text.setLength(0);
        try {
            if (!records.hasNext()) {
                return null;
            }
            var values = records.next().toList();
            var end = text.length() - 1;
            return new Row(
                    line, end >= 0 && text.charAt(end) == '\n' ? text.substring(0, end) : text.toString(), values);
        } catch (UncheckedIOException failed) {
            if (failed.getCause() instanceof CSVException) {
                throw wrongQuote();
            }
            throw failed.getCause();
        }
    }

    private Unreadable wrongQuote() {
        return new Unreadable("its line " + line + " has a quote that is in the wrong place or never closed");
    }

    /** Gives the parser no more than one line at a time: what it was given since the last row is the text of this one. */
    private final class Lines extends Reader {

        @Override
        public int read(char[] to, int offset, int length) throws IOException {
            int count = 0;
            for (int each = in.read(); each >= 0; each = in.read()) {
                if (each == UNDECODABLE) {
                    throw new Unreadable("its line " + (lines() + 1) + " is not in " + charset);
                }
                if (each == 0) {
                    throw new Unreadable("its line " + (lines() + 1) + " holds a character 0, so it is not text");
                }
                to[offset + count++] = (char) each;
                if (each == '\n' || count == length) {
                    break;
                }
            }
            text.append(to, offset, count);
            if (lines() - line >= MAX_LINES) {
                throw wrongQuote();
            }
            if (text.length() > MAX_ROW) {
                throw new Unreadable("its line " + line + " is longer than " + MAX_ROW + " characters");
            }
            return count == 0 ? -1 : count;
        }

        @Override
        public void close() {
            // the file is closed by who opened it
        }
    }

    /**
     * A row of the file.
     *
     * @param line where it begins; the header is line 1
     * @param text as it came, with LF between its lines and none at its end
     */
    public record Row(long line, String text, List<String> values) {}

    /** The file is not text in its charset, not CSV, or has another header; the message says which, and where. */
    public static final class Unreadable extends IOException {
        Unreadable(String message) {
            super(message);
        }
    }
}
