package dev.joiner.spring.boot;

import org.springframework.data.jpa.repository.JpaRepository;

interface LedgerEntries extends JpaRepository<LedgerEntry, String> {}
