package dev.joiner.spring.boot;

class H2TransactionTest extends TransactionContract {

    @Override
    String url() {
        return "jdbc:h2:mem:transactions;DB_CLOSE_DELAY=-1";
    }

    @Override
    String user() {
        return "sa";
    }
}
