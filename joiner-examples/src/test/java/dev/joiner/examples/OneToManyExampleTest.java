package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.joiner.examples.OneToManyExample.Header;
import dev.joiner.examples.OneToManyExample.Item;
import dev.joiner.examples.OneToManyExample.Message;
import java.util.List;
import org.junit.jupiter.api.Test;

class OneToManyExampleTest {

    @Test
    void orderWaitsForAsManyItemsAsItSays() {
        List<Message> messages = List.of(
                new Item("a", "x"), new Item("b", "z"), new Header("a", 2), new Header("b", 2), new Item("a", "y"));

        assertThat(Printed.by(out -> OneToManyExample.run(messages, out))).containsExactly("a: [x, y]");
    }
}
