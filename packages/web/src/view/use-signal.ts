import { useEffect, useState } from 'preact/hooks';
import type { Signal } from '../state/signal.ts';

/** The value of a signal; the component is drawn again when it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  const [value, setValue] = useState<T>(() => signal.get());
  useEffect(() => {
    setValue(() => signal.get());
    return signal.subscribe((next) => setValue(() => next));
  }, [signal]);
  return value;
}

/** The time by `read`, again every `intervalMs`. */
export function useClock(read: () => number, intervalMs: number): number {
  const [nowMs, setNowMs] = useState(read);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(read()), intervalMs);
    return () => clearInterval(timer);
  }, [read, intervalMs]);
  return nowMs;
}
