import type { HealthInfo } from '@kilowink/api';
import type { Clock } from '@kilowink/core/time';
import type { StoreReader } from '@kilowink/store';
import type { Ingest } from '../ingest/index.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { Housekeeping } from './housekeeping.ts';

/** What is asked for `GET /api/v1/health`. */
export interface HealthSources {
  readonly store: StoreReader;
  readonly ingest: Ingest | null;
  readonly watch: ClockWatch;
  readonly version: string;
  readonly groupMs: number;
  readonly housekeeping: Housekeeping;
  readonly clock: Clock;
  readonly startedMs: number;
}

/** How everything is. `degraded` when a write failed or stored data was found damaged. */
export function describeHealth(of: HealthSources): HealthInfo {
  const { damages, ...store } = of.store.health();
  const lastError = of.housekeeping.lastError?.message ?? null;
  const names = new Map(of.store.listSeries().map(({ id, name }) => [id, name]));
  const sensors = of.ingest?.sensors() ?? [];
  return {
    status: lastError === null && damages.length === 0 ? 'ok' : 'degraded',
    version: of.version,
    uptimeMs: of.clock.monotonicMs() - of.startedMs,
    serverMs: of.clock.wallMs(),
    readOnly: of.store.readOnly,
    store: {
      path: store.path,
      sizeBytes: store.sizeBytes,
      hotCount: store.hotCount,
      blockCount: store.blockCount,
      groupMs: of.groupMs,
      damages: damages.map((damage) => ({ ...damage })),
      lastError,
    },
    clock: of.watch.report,
    sources: sensors.map(({ source, series, counters, refused }) => {
      const { clockSteps: _, ...shown } = counters;
      return { source, series, name: names.get(series) ?? source, authenticated: false, refused, ...shown };
    }),
    refused: (of.ingest?.refusals() ?? []).map((refusal) => ({ ...refusal })),
  };
}
