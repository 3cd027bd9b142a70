package dev.joiner.spring.boot;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/** Inserted as late as Hibernate likes, as its key is known before. */
@Entity
@Table(name = "ledger")
class LedgerEntry implements Persistable<String> {
    @Id
    private String id = UUID.randomUUID().toString();

    private String entry = "";

    LedgerEntry() {}

    LedgerEntry(String entry) {
        this.entry = entry;
    }

    @Override
    public @Nullable String getId() {
        return id;
    }

    @Override
    public boolean isNew() {
        return true;
    }

    String entry() {
        return entry;
    }
}
