// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dataformat.bindy.annotation.DataField;
import org.apache.camel.dataformat.bindy.annotation.FixedLengthRecord;
import org.apache.camel.dataformat.bindy.fixed.BindyFixedLengthDataFormat;

// in:            user.created, user.updated, user.deleted
// out:           one file a change in data/legacy/crm/in, a fixed-width record of 190 characters, ISO 8859-1
// on error:      tried three times, then parked in serai.failures
// idempotent by: the name of the file, which follows from the event; written under .writing-NAME and renamed
public class ExportUserToCrm extends RouteBuilder {

    @Override
    public void configure() {
        from("event:user.*?subscription=export-user-to-crm")
                .routeId("export-user-to-crm")
                .process(ExportUserToCrm::toRecord)
                .marshal(new BindyFixedLengthDataFormat(CrmRecord.class))
                .to(
                        "file:data/legacy/crm/in?tempPrefix=.writing-&charset=iso-8859-1&fileExist=Override&eagerDeleteTargetFile=false");
    }

    private static void toRecord(Exchange exchange) throws Exception {
        var message = exchange.getMessage();
        JsonNode user = new ObjectMapper().readTree(message.getBody(byte[].class));
        var record = new CrmRecord();
        record.setChange(
                switch (message.getHeader("CamelCloudEventType", String.class)) {
                    case "user.created" -> "I";
                    case "user.updated" -> "U";
                    case "user.deleted" -> "D";
                    default -> "?";
                });
        record.setUserId(user.path("id").asText());
        record.setVersion(user.path("version").asLong());
        record.setName(latin(user.path("name").asText()));
        record.setEmail(latin(user.path("email").asText()));
        message.setBody(record);
        var event = message.getHeader("CamelCloudEventSource", String.class) + " "
                + message.getHeader("CamelCloudEventID", String.class);
        message.setHeader(Exchange.FILE_NAME, "user-%s.txt".formatted(nameOf(event)));
    }

    /** A publisher may choose any id, so it does not become a file name as it is. */
    private static UUID nameOf(String event) {
        return UUID.nameUUIDFromBytes(event.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The old system reads ISO 8859-1: what that lacks becomes '?', so that every character stays one byte wide; so does a
     * line break, which would end the record and begin another of a publisher's own.
     */
    private static String latin(String text) {
        return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.ISO_8859_1)
                .replaceAll("[\\x00-\\x1F\\x7F-\\x9F]", "?");
    }

    /** A record of the old CRM; text is cut on the right, blanks fill up. */
    @FixedLengthRecord(length = 190, paddingChar = ' ', crlf = "UNIX")
    public static class CrmRecord implements Serializable {

        @DataField(pos = 1, length = 1)
        private String change;

        @DataField(pos = 2, length = 36)
        private String userId;

        @DataField(pos = 38, length = 9, paddingChar = '0', align = "R")
        private long version;

        @DataField(pos = 47, length = 60, clip = true)
        private String name;

        @DataField(pos = 107, length = 84, clip = true)
        private String email;

        public String getChange() {
            return change;
        }

        public void setChange(String change) {
            this.change = change;
        }

        public String getUserId() {
            return userId;
        }

        public void setUserId(String userId) {
            this.userId = userId;
        }

        public long getVersion() {
            return version;
        }

        public void setVersion(long version) {
            this.version = version;
        }

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public String getEmail() {
            return email;
        }

        public void setEmail(String email) {
            this.email = email;
        }
    }
}
