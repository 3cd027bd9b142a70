package dev.joiner.store.tck;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Nested;

/**
 * How joins behave, whatever store they are in: an abstract suite for JUnit 5 and 6, which a subclass runs on a store of its
 * choice.
 *
 * <p>Each test is one behaviour that the documentation promises, driven by a clock that is set by hand. It runs in a Turkish
 * locale and in the time zone of Colombo. The store's own promises are checked by {@link JoinStoreContract}.
 */
@NullMarked
public abstract class JoinerContract extends JoinerRacesContract {

    /** @param tested opens the stores */
    protected JoinerContract(StoreUnderTest tested) {
        super(tested);
    }

    @Nested
    class Joining extends JoiningScenarios {
        Joining() {
            super(stores);
        }
    }

    @Nested
    class Keys extends KeyScenarios {
        Keys() {
            super(stores);
        }
    }

    @Nested
    class DuplicatesAndLate extends DuplicateAndLateScenarios {
        DuplicatesAndLate() {
            super(stores);
        }
    }

    @Nested
    class Expiry extends ExpiryScenarios {
        Expiry() {
            super(stores);
        }
    }

    @Nested
    class HandOverFailures extends HandOverFailureScenarios {
        HandOverFailures() {
            super(stores);
        }
    }

    @Nested
    class Leases extends LeaseScenarios {
        Leases() {
            super(stores);
        }
    }

    @Nested
    class ReleaseAndDrop extends ReleaseAndDropScenarios {
        ReleaseAndDrop() {
            super(stores);
        }
    }

    @Nested
    class Collecting extends CollectingScenarios {
        Collecting() {
            super(stores);
        }
    }

    @Nested
    class StoreFaults extends StoreFaultScenarios {
        StoreFaults() {
            super(stores);
        }
    }

    @Nested
    class Listeners extends ListenerScenarios {
        Listeners() {
            super(stores);
        }
    }

    @Nested
    class FailuresAlone extends FailsAloneScenarios {
        FailuresAlone() {
            super(stores);
        }
    }

    @Nested
    class LimitedRetries extends LimitedRetryScenarios {
        LimitedRetries() {
            super(stores);
        }
    }

    @Nested
    class Suspects extends SuspectScenarios {
        Suspects() {
            super(stores);
        }
    }

    @Nested
    class Interrupts extends InterruptScenarios {
        Interrupts() {
            super(stores);
        }
    }

    @Nested
    class Stopping extends StoppingScenarios {
        Stopping() {
            super(stores);
        }
    }

    @Nested
    class Sweeps extends SweepScenarios {
        Sweeps() {
            super(stores);
        }
    }

    @Nested
    class KeptIds extends KeptIdScenarios {
        KeptIds() {
            super(stores);
        }
    }

    @Nested
    class KeptValues extends KeptValueScenarios {
        KeptValues() {
            super(stores);
        }
    }

    @Nested
    class LargeJoins extends LargeJoinScenarios {
        LargeJoins() {
            super(stores);
        }
    }

    @Nested
    class Sizes extends SizeScenarios {
        Sizes() {
            super(stores);
        }
    }

    @Nested
    class Unreadable extends UnreadableScenarios {
        Unreadable() {
            super(stores);
        }
    }

    @Nested
    class ReadingBack extends ReadBackScenarios {
        ReadingBack() {
            super(stores);
        }
    }

    @Nested
    class Reexamination extends ReexaminationScenarios {
        Reexamination() {
            super(stores);
        }
    }

    @Nested
    class Inspection extends InspectionScenarios {
        Inspection() {
            super(stores);
        }
    }
}
