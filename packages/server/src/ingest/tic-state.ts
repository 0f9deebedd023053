import type { EpochMs } from '@kilowink/core/time';
import { nothingSaid, type SaidState } from './tic-events.ts';
import type { GaugeState } from './tic-gauge.ts';
import type { BootState } from './tic-identity.ts';
import type { IndexState } from './tic-index.ts';

/** What must be remembered of a meter across restarts, so that no Wh is lost or counted twice. */
export interface TicState {
  readonly version: 1;
  readonly name: string;
  readonly way: 'serial' | 'mqtt';
  readonly meterId: string | null;
  readonly lastMs: EpochMs | null;
  readonly wasRight: { readonly meter: boolean; readonly gateway: boolean };
  /** By label; `total` and `injected` for those of the whole. */
  readonly indexes: Readonly<Record<string, IndexState>>;
  /** By gauge. */
  readonly gauges: Readonly<Record<string, GaugeState>>;
  readonly said: SaidState;
  readonly boots: readonly BootState[];
}

/** A meter that was never heard. */
export function newState(name: string, way: TicState['way']): TicState {
  return {
    ...{ version: 1, name, way, meterId: null, lastMs: null, wasRight: { meter: false, gateway: false } },
    ...{ indexes: {}, gauges: {}, said: nothingSaid(), boots: [] },
  };
}

/** The source under which the state is kept. */
export function ticSourceOf(meter: string): string {
  return `tic/${meter}`;
}

/** The state as it was kept; null where there is none, or it is a later version's. */
export function parseState(text: string | null): TicState | null {
  if (text === null) return null;
  const state = JSON.parse(text) as TicState;
  return state.version === 1 ? state : null;
}
