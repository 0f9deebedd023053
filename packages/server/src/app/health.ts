import {
  HEALTH_SOURCES_DEFAULT,
  type HealthInfo,
  type healthQuery,
  isPoor,
  isSilent,
  type SourceTotals,
  wordMatcher,
} from '@kilowink/api';
import { type Clock, type EpochMs, SECOND_MS } from '@kilowink/core/time';
import type { StoreReader } from '@kilowink/store';
import type { z } from 'zod';
import type { HeardSensor, Ingest } from '../ingest/index.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { Housekeeping } from './housekeeping.ts';
import { readWrittenBytes } from './written-bytes.ts';

/** What is asked for `GET /api/v1/health`. */
export interface HealthSources {
  readonly query: z.output<typeof healthQuery>;
  readonly store: StoreReader;
  readonly ingest: Ingest | null;
  readonly watch: ClockWatch;
  readonly version: string;
  readonly groupMs: number;
  readonly housekeeping: Housekeeping;
  readonly clock: Clock;
  readonly startedMs: number;
  /** What MQTT and serial receivers say of themselves. */
  readonly meters?: Pick<HealthInfo, 'mqtt' | 'receivers'>;
  readonly bluetooth?: HealthInfo['bluetooth'];
  readonly truth?: Pick<HealthInfo, 'measurements'>;
  readonly usb?: Pick<HealthInfo, 'usb'>;
}

/** How everything is. `degraded` when a write failed or stored data was found damaged. */
export function describeHealth(of: HealthSources): HealthInfo {
  const { damages, ...store } = of.store.health();
  const lastError = of.housekeeping.lastError?.message ?? null;
  return {
    status: lastError === null && damages.length === 0 ? 'ok' : 'degraded',
    version: of.version,
    uptimeMs: of.clock.monotonicMs() - of.startedMs,
    serverMs: of.clock.wallMs(),
    readOnly: of.store.readOnly,
    process: {
      sinceMs: Math.round(of.clock.wallMs() - process.uptime() * SECOND_MS),
      writtenBytes: readWrittenBytes(),
    },
    store: {
      path: store.path,
      sizeBytes: store.sizeBytes,
      hotCount: store.hotCount,
      blockCount: store.blockCount,
      groupMs: of.groupMs,
      damages: damages.map((damage) => ({ ...damage })),
      lastError,
      verifiedMs: of.housekeeping.verifiedMs,
    },
    clock: of.watch.report,
    ...describeSensors(of),
    ...(of.bluetooth === undefined ? {} : { bluetooth: of.bluetooth }),
    refused: (of.ingest?.refusals() ?? []).map((refusal) => ({ ...refusal })),
    ...of.meters,
    ...of.truth,
    ...of.usb,
  };
}

/** All sensors together, and as many of them as are asked for. */
function describeSensors(of: HealthSources): Pick<HealthInfo, 'sourceTotals' | 'sources'> {
  const { query, store, ingest, clock } = of;
  const nowMs = clock.wallMs();
  const names = new Map(store.listEntries().map(({ id, name }) => [id, name]));
  const all = (ingest?.sensors() ?? []).map(
    (sensor): NamedSensor => ({
      ...{ sensor, name: names.get(sensor.series) ?? sensor.source },
      state: { lastReportMs: sensor.counters.lastReportMs, light: sensor.self?.light },
    }),
  );
  const matches = wordMatcher(query.match ?? '');
  const found = all.filter(({ name, sensor }) => matches(`${name} ${sensor.source}`));
  const limit = query.sources === 'all' ? found.length : Number(query.sources ?? HEALTH_SOURCES_DEFAULT);
  // Where all of them are told they are in their usual order.
  const told = found.length <= limit ? found : worstFirst(found, nowMs).slice(0, limit);
  return {
    sourceTotals: { ...totalsOf(all, nowMs), matching: found.length },
    sources: told.map(describeSensor),
  };
}

interface NamedSensor {
  readonly sensor: HeardSensor;
  readonly name: string;
  readonly state: Parameters<typeof isPoor>[0];
}

/** The silent ones, those silent longest before others, then those that see badly, then the others. */
function worstFirst(sensors: readonly NamedSensor[], nowMs: EpochMs): NamedSensor[] {
  const silent = sensors.filter(({ state }) => isSilent(state, nowMs));
  const heard = sensors.filter(({ state }) => !isSilent(state, nowMs));
  const lastMs = ({ state }: NamedSensor) => state.lastReportMs ?? 0;
  return [
    ...silent.sort((one, other) => lastMs(one) - lastMs(other)),
    ...heard.filter(({ state }) => isPoor(state)),
    ...heard.filter(({ state }) => !isPoor(state)),
  ];
}

const COUNTS = [
  'reports',
  'windowsNew',
  'windowsRepeated',
  'windowsMissed',
  'disagreements',
  'boots',
] as const;

function totalsOf(sensors: readonly NamedSensor[], nowMs: EpochMs): Omit<SourceTotals, 'matching'> {
  const counts = {
    reports: 0,
    windowsNew: 0,
    windowsRepeated: 0,
    windowsMissed: 0,
    disagreements: 0,
    boots: 0,
  };
  const totals = { count: sensors.length, silent: 0, poorLight: 0, refusing: 0, refused: 0 };
  let oldestReportMs: EpochMs | null = nowMs;
  for (const { sensor, state } of sensors) {
    for (const name of COUNTS) counts[name] += sensor.counters[name];
    if (isSilent(state, nowMs)) totals.silent += 1;
    if (isPoor(state)) totals.poorLight += 1;
    if (sensor.refused.size > 0) totals.refusing += 1;
    for (const count of sensor.refused.values()) totals.refused += count;
    const { lastReportMs } = state;
    oldestReportMs =
      oldestReportMs === null || lastReportMs === null ? null : Math.min(oldestReportMs, lastReportMs);
  }
  return { ...totals, ...counts, oldestReportMs: sensors.length === 0 ? null : oldestReportMs };
}

function describeSensor({ sensor, name }: NamedSensor): HealthInfo['sources'][number] {
  const { source, series, version, counters, refused, self, ways } = sensor;
  const { clockSteps: _, ...shown } = counters;
  const refusedBy = [...refused].map(([code, count]) => ({ code, count }));
  return {
    ...{ source, series, name, version, refusedBy },
    ways: ways.map((way) => ({ ...way })),
    authenticated: self?.authenticated ?? false,
    refused: refusedBy.reduce((sum, { count }) => sum + count, 0),
    ...shown,
    ...(self === null
      ? {}
      : {
          sensorId: self.sensorId,
          ...(self.firmware === undefined
            ? {}
            : { firmware: `${self.firmware.major}.${self.firmware.minor}.${self.firmware.patch}` }),
          ...(self.batteryMv === undefined ? {} : { batteryMv: self.batteryMv }),
          ...(self.light === undefined ? {} : { light: { ...self.light } }),
        }),
  };
}
