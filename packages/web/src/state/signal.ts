/** A value that tells when it changes. */
export interface Signal<T> {
  get(): T;
  /** Setting what it holds already tells nobody. */
  set(value: T): void;
  /** Calls back after each change; returns how to stop. */
  subscribe(listener: (value: T) => void): () => void;
}

export function createSignal<T>(initial: T): Signal<T> {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => current,
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener(value);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
