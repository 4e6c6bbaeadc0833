// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The fenced blocks of README.md, in the order of the text.
 *
 * <p>A block without a language right after one of commands is what these print.
 */
record Readme(List<Block> blocks) {

    private static final String FENCE = "```";

    /**
     * One fenced block.
     *
     * @param line where it starts in the file
     * @param language what the fence says, or empty
     * @param lead the text since the block before
     * @param text what is in it, each line with its end
     */
    record Block(int line, String language, String lead, String text) {

        boolean isCommands() {
            return language.equals("sh");
        }

        String firstLine() {
            return text.lines().findFirst().orElse("");
        }

        @Override
        public String toString() {
            return "README.md:" + line + " " + firstLine();
        }
    }

    static Readme of(Path file) throws IOException {
        var blocks = new ArrayList<Block>();
        var lead = new StringBuilder();
        var lines = Files.readAllLines(file);
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith(FENCE)) {
                lead.append(lines.get(i)).append('\n');
                continue;
            }
            var start = i;
            var text = new StringBuilder();
            while (!lines.get(++i).equals(FENCE)) {
                text.append(lines.get(i)).append('\n');
            }
            blocks.add(new Block(
                    start + 1,
                    lines.get(start).substring(FENCE.length()),
                    lead.toString().strip(),
                    text.toString()));
            lead.setLength(0);
        }
        return new Readme(blocks);
    }

    /** What the README prints as the answer to these commands, if it does. */
    Optional<Block> answerTo(Block commands) {
        var next = blocks.indexOf(commands) + 1;
        return next < blocks.size() && commands.isCommands() && isAnswer(next)
                ? Optional.of(blocks.get(next))
                : Optional.empty();
    }

    /** Whether it is the answer to the commands before it. */
    boolean isAnswer(Block block) {
        var index = blocks.indexOf(block);
        return index > 0 && blocks.get(index - 1).isCommands() && isAnswer(index);
    }

    private boolean isAnswer(int index) {
        var block = blocks.get(index);
        return block.language().isEmpty() && block.lead().isEmpty();
    }
}
