import type { HealthInfo } from '@kilowink/api';
import { useEffect, useState } from 'preact/hooks';
import { api } from '../data/api.ts';

const INTERVAL_MS = 10_000;

/** How the server and its sensors are, asked again every ten seconds; null before the first answer. */
export function useHealth(): HealthInfo | 'failed' | null {
  const [health, setHealth] = useState<HealthInfo | 'failed' | null>(null);
  useEffect(() => {
    const read = (): void => {
      api.health().then(setHealth, () => setHealth('failed'));
    };
    read();
    const timer = setInterval(read, INTERVAL_MS);
    return () => clearInterval(timer);
  }, []);
  return health;
}
