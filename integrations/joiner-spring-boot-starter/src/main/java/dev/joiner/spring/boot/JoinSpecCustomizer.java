package dev.joiner.spring.boot;

import dev.joiner.JoinSpec;

/**
 * Changes the specs of all joins before their joiners are made, as by a listener ({@link JoinSpec#withListener}) or a scope
 * ({@link JoinSpec#withHandlerScope}). Beans of this type are applied in their order.
 */
public interface JoinSpecCustomizer {

    /** Returns the spec, or another one in its place. */
    <M, K, V, R> JoinSpec<M, K, V, R> customize(JoinSpec<M, K, V, R> spec);
}
