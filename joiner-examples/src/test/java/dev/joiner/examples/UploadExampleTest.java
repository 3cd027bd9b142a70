package dev.joiner.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.Test;

class UploadExampleTest {

    @Test
    void eachLineIsInTheTableOnceAndInItsPlace() throws SQLException {
        JdbcConnectionPool database = JdbcConnectionPool.create("jdbc:h2:mem:upload-test;DB_CLOSE_DELAY=-1", "sa", "");
        try {
            UploadExample example = new UploadExample(database);

            assertThat(Printed.by(out -> example.run(2_500, out)))
                    .containsExactly("in the table: 2500 rows, 2500 different");
            assertThat(example.texts())
                    .isEqualTo(IntStream.rangeClosed(1, 2_500)
                            .mapToObj(i -> "line " + i)
                            .toList());
        } finally {
            database.dispose();
        }
    }
}
