package dev.joiner.examples.spring.shop;

import dev.joiner.InvalidMessageException;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.JoinerException;
import dev.joiner.ValueTooLargeException;
import dev.joiner.merge.Part;
import dev.joiner.merge.Parts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Takes orders, payments and shipments over HTTP, in any order, and books each order once it has all three. */
@SpringBootApplication
public class ShopApplication {
    record Order(String id, int total) {}

    record Payment(String orderId, int amount) {}

    record Shipment(String orderId, String carrier) {}

    static final Part<Order> ORDER = Part.of("order", Order.class, Order::id);
    static final Part<Payment> PAYMENT = Part.of("payment", Payment.class, Payment::orderId);
    static final Part<Shipment> SHIPMENT = Part.of("shipment", Shipment.class, Shipment::orderId);

    @Bean
    JoinSpec<Object, String, Parts, Parts> orders(Books books) {
        return Parts.of(ORDER, PAYMENT, SHIPMENT)
                .keyedBy(String.class)
                .named("orders")
                .rememberFor(Duration.ofDays(7)) // a message that is sent again then changes nothing
                .process(books::enter)
                .build();
    }

    @Service
    static class Books {
        private final JdbcTemplate jdbc;

        Books(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public Parts enter(Parts parts) {
            Order order = parts.get(ORDER);
            jdbc.update(
                    "INSERT INTO booked (id, total, paid, carrier) VALUES (?, ?, ?, ?)",
                    order.id(),
                    order.total(),
                    parts.get(PAYMENT).amount(),
                    parts.get(SHIPMENT).carrier());
            return parts;
        }
    }

    @RestController
    record Messages(Joiner<Object, Parts> joiner, JdbcTemplate jdbc) {

        @PostMapping("/orders")
        String order(@RequestBody Order order) {
            return joiner.accept(order).getClass().getSimpleName();
        }

        @PostMapping("/payments")
        String payment(@RequestBody Payment payment) {
            return joiner.accept(payment).getClass().getSimpleName();
        }

        @PostMapping("/shipments")
        String shipment(@RequestBody Shipment shipment) {
            return joiner.accept(shipment).getClass().getSimpleName();
        }

        // snippet:spring-http-errors
        /** What is stored is a success; what makes no sense fails each time; all else is to be sent again. */
        @ExceptionHandler
        ResponseEntity<String> notJoined(JoinerException e) {
            boolean fails = e instanceof InvalidMessageException || e instanceof ValueTooLargeException;
            HttpStatus status = fails ? HttpStatus.BAD_REQUEST : HttpStatus.SERVICE_UNAVAILABLE;
            return ResponseEntity.status(e.isSafe() ? HttpStatus.ACCEPTED : status)
                    .body(e.getMessage());
        }
        // end:spring-http-errors

        @GetMapping("/booked")
        List<Map<String, Object>> booked() {
            return jdbc.queryForList("SELECT * FROM booked ORDER BY id");
        }
    }

    public static void main(String[] arguments) {
        SpringApplication.run(ShopApplication.class, arguments);
    }
}
