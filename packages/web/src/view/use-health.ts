import type { HealthInfo } from '@kilowink/api';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../data/api.ts';

const INTERVAL_MS = 10_000;

/** Sensors that are told one by one: more rows than anybody reads take seconds to lay out. */
export const SENSORS_SHOWN_MAX = 50;

/** Whoever types goes on typing. */
const TYPING_MS = 200;

/**
 * How the server and its sensors are, asked again every ten seconds; null before the first answer. `match`: only sensors with
 * these words.
 */
export function useHealth(match = ''): HealthInfo | 'failed' | null {
  const [health, setHealth] = useState<HealthInfo | 'failed' | null>(null);
  useEffect(() => {
    const gone = new AbortController();
    const { signal } = gone;
    const read = (): void => {
      api.health({ sources: SENSORS_SHOWN_MAX, match, signal }).then(setHealth, () => {
        if (!signal.aborted) setHealth('failed');
      });
    };
    const first = setTimeout(read, health === null ? 0 : TYPING_MS);
    const timer = setInterval(read, INTERVAL_MS);
    return () => {
      gone.abort();
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [match]);
  return health;
}
