import type { HealthInfo } from '@kilowink/api';
import { type Clock, SECOND_MS } from '@kilowink/core/time';
import type { StoreReader } from '@kilowink/store';
import type { HeardSensor, Ingest } from '../ingest/index.ts';
import type { ClockWatch } from './clock-watch.ts';
import type { Housekeeping } from './housekeeping.ts';
import { readWrittenBytes } from './written-bytes.ts';

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
  const names = new Map(of.store.listEntries().map(({ id, name }) => [id, name]));
  const sensors = of.ingest?.sensors() ?? [];
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
    sources: sensors.map((sensor) => describeSensor(sensor, names.get(sensor.series))),
    ...(of.bluetooth === undefined ? {} : { bluetooth: of.bluetooth }),
    refused: (of.ingest?.refusals() ?? []).map((refusal) => ({ ...refusal })),
    ...of.meters,
    ...of.truth,
    ...of.usb,
  };
}

function describeSensor(sensor: HeardSensor, name: string | undefined): HealthInfo['sources'][number] {
  const { source, series, version, counters, refused, self, ways } = sensor;
  const { clockSteps: _, ...shown } = counters;
  const refusedBy = [...refused].map(([code, count]) => ({ code, count }));
  return {
    ...{ source, series, name: name ?? source, version, refusedBy },
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
