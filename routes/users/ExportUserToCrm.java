// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Invalid;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.dataformat.bindy.annotation.DataField;
import org.apache.camel.dataformat.bindy.annotation.FixedLengthRecord;
import org.apache.camel.dataformat.bindy.fixed.BindyFixedLengthDataFormat;

// in:            user.created, user.updated, user.deleted
// out:           one file a change in data/legacy/crm/in, a fixed-width record of 190 characters, ISO 8859-1
// on error:      tried three times in place, then by the retry policy
// idempotent by: the version: what is not newer than that exported last is left out. The name of the file follows from
// the event;
//                written under .writing-NAME and renamed
public class ExportUserToCrm extends RouteBuilder {

    private static final int EMAIL = 84;

    @Override
    public void configure() {
        from("event:user.created,user.updated,user.deleted?subscription=export-user-to-crm&latest=true")
                .routeId("export-user-to-crm")
                .process(ExportUserToCrm::toRecord)
                .marshal(new BindyFixedLengthDataFormat(CrmRecord.class))
                .to(
                        "file:data/legacy/crm/in?tempPrefix=.writing-&charset=iso-8859-1&fileExist=Override&eagerDeleteTargetFile=false");
    }

    private static void toRecord(Exchange exchange) throws Exception {
        var message = exchange.getMessage();
        var user = new ObjectMapper().readTree(message.getBody(byte[].class));
        var id = user.path("id").asText();
        var version = user.path("version");
        if (!id.matches("[0-9a-f-]{36}")
                || !version.isIntegralNumber()
                || !version.canConvertToInt()
                || version.asInt() < 1
                || version.asInt() > 999_999_999) {
            throw new Invalid("exporting user: its id must be a UUID and its version 1 to 999999999");
        }
        var record = new CrmRecord();
        record.setChange(
                switch (message.getHeader("CamelCloudEventType", String.class)) {
                    case "user.created" -> "I";
                    case "user.updated" -> "U";
                    default -> "D";
                });
        record.setUserId(id);
        record.setVersion(version.asLong());
        record.setName(latin(user.path("name").asText()));
        record.setEmail(address(user.path("email").asText()));
        message.setBody(record);
        var event = message.getHeader("CamelCloudEventSource", String.class) + " "
                + message.getHeader("CamelCloudEventID", String.class);
        message.setHeader(Exchange.FILE_NAME, "user-%s.txt".formatted(nameOf(event)));
    }

    /** A publisher may choose any id, so it does not become a file name as it is. */
    private static UUID nameOf(String event) {
        return UUID.nameUUIDFromBytes(event.getBytes(StandardCharsets.UTF_8));
    }

    /** Every character is one byte wide, and none ends the record: what ISO 8859-1 cannot print becomes '?'. */
    private static String latin(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFC).replaceAll("[^ -~\\xA0-\\xFF]", "?");
    }

    /** Cut or with '?' in it, an address would be another's. */
    private static String address(String email) {
        return email.length() <= EMAIL && email.equals(latin(email)) ? email : "";
    }

    /** A record of the old CRM; a name is cut on the right, an address left out that does not fit, blanks fill up. */
    @FixedLengthRecord(length = 190, paddingChar = ' ', crlf = "UNIX")
    public static class CrmRecord implements Serializable {

        @DataField(pos = 1, length = 1)
        private String change;

        @DataField(pos = 2, length = 36, align = "L")
        private String userId;

        @DataField(pos = 38, length = 9, paddingChar = '0', align = "R")
        private long version;

        @DataField(pos = 47, length = 60, clip = true, align = "L")
        private String name;

        @DataField(pos = 107, length = EMAIL, align = "L")
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
