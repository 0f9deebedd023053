import type { MeterInfo } from '@kilowink/api';
import type { GatewayVitals } from '@kilowink/core/gateway';
import type { TicOverload, TicReading } from '@kilowink/core/tic';
import type { EpochMs } from '@kilowink/core/time';
import type { NamedMeter } from './tic-series.ts';

/** How much of a serial number leaves the server: enough to tell two meters apart, not to name a customer. */
const SERIAL_END = 4;

/** What is known of a meter at the moment. */
export interface MeterLatest {
  /** The latest frame, with what shorter ones after it told. */
  readonly reading: TicReading;
  readonly way: MeterInfo['way'];
  readonly frameMs: EpochMs;
  readonly receivedMs: EpochMs;
  /** The power the breaker's filter reckons with. */
  readonly breakerVa: number | null;
  readonly secondsUntilOpen: number | null;
  readonly overload: (TicOverload & { readonly sinceMs: EpochMs }) | null;
  readonly clockOffsetMs: number | null;
  readonly vitals: GatewayVitals | null;
}

/** The meter as the API tells of it. */
export function describeMeter(
  meter: NamedMeter,
  latest: MeterLatest,
  counters: { frames: number; repeated: number; held: number },
): MeterInfo {
  const { reading, breakerVa: _, vitals, overload, ...shown } = latest;
  const { frames, repeated, held } = counters;
  return {
    ...meter,
    ...shown,
    mode: reading.mode,
    serialEnd: reading.meterId?.slice(-SERIAL_END) ?? null,
    contract: reading.contract,
    contractName: reading.contractName,
    subscribedVa: reading.subscribedVa,
    cutOffVa: reading.cutOffVa,
    tariffPeriod: reading.tariffPeriod,
    tariffName: reading.tariffName,
    tariffIndex: reading.tariffIndex,
    tempoToday: reading.tempoToday,
    tempoTomorrow: reading.tempoTomorrow,
    apparentPowerVa: reading.injectedEstimateVa === null ? reading.apparentPowerVa : null,
    injectedVa: reading.injectedVa,
    injectedEstimateVa: reading.injectedEstimateVa,
    phases: reading.phases.map((phase) => ({ ...phase })),
    indexes: reading.registers.map((register) => ({ ...register })),
    totalIndexWh: reading.totalIndexWh,
    injectedIndexWh: reading.injectedIndexWh,
    overload:
      overload === null
        ? null
        : { ...overload, phases: overload.phases === null ? null : [...overload.phases] },
    breaker: reading.status?.breaker ?? null,
    clockDegraded: reading.clockDegraded,
    vitals: vitals === null ? null : { ...vitals },
    ...{ frames, repeated, held },
  };
}
