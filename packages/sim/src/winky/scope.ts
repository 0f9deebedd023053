import type { EpochMs } from '@kilowink/core/time';
import type { WinkyState } from './consumption.ts';
import { createWinky } from './gateway.ts';
import { type PlanOptions, steadyReader } from './plan.ts';

/** A record as an oscilloscope's: the voltage of the capacitors, the enable pin and the state, step by step. */
export interface ScopeTrace {
  readonly times: readonly number[];
  readonly voltagesV: readonly number[];
  readonly enabled: readonly boolean[];
  readonly states: readonly WinkyState[];
  readonly messages: readonly EpochMs[];
  /** Starts and cuts of the enable pin. */
  readonly starts: readonly EpochMs[];
  readonly cuts: readonly EpochMs[];
}

export interface ScopeOptions extends PlanOptions {
  readonly durationMs: number;
  /** When mains goes and comes back; never by default. */
  readonly outage?: { readonly fromMs: number; readonly toMs: number };
  readonly startV?: number;
  /** Whether its program notices that there is no meter to read; it does by default. */
  readonly isMeterNoticed?: boolean;
  /** Records at least this far apart, but for edges of the enable pin and changes of state; 0 keeps every step. */
  readonly everyMs?: number;
}

/** Lets a gateway live from time 0 and records it. */
export function recordScope(options: ScopeOptions): ScopeTrace {
  const { outage, durationMs, everyMs = 0 } = options;
  const isSupplied = (atMs: EpochMs) => outage === undefined || atMs < outage.fromMs || atMs >= outage.toMs;
  const times: number[] = [];
  const voltagesV: number[] = [];
  const enabled: boolean[] = [];
  const states: WinkyState[] = [];
  const starts: EpochMs[] = [];
  const cuts: EpochMs[] = [];
  const messages: EpochMs[] = [];
  const winky = createWinky({
    ...options,
    startMs: 0,
    seed: 1,
    reader: steadyReader(options.readMs, options.isMeterNoticed === false ? undefined : isSupplied),
    isSupplied,
    probe: (atMs, circuit, state) => {
      const wasEnabled = enabled.at(-1) ?? false;
      const isSame = wasEnabled === circuit.isEnabled && state === states.at(-1);
      if (isSame && atMs - (times.at(-1) ?? -Infinity) < everyMs) return;
      if (wasEnabled !== circuit.isEnabled) (circuit.isEnabled ? starts : cuts).push(atMs);
      times.push(atMs);
      voltagesV.push(circuit.voltageV);
      enabled.push(circuit.isEnabled);
      states.push(state);
    },
  });
  while (winky.atMs < durationMs) if (winky.take(true).kind === 'publish') messages.push(winky.atMs);
  return { times, voltagesV, enabled, states, messages, starts, cuts };
}
