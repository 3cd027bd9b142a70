package dev.joiner.spring.boot;

class H2JpaTransactionTest extends JpaTransactionContract {

    @Override
    String url() {
        return "jdbc:h2:mem:jpa;DB_CLOSE_DELAY=-1";
    }

    @Override
    String user() {
        return "sa";
    }
}
