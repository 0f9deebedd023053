import type { TempoColour } from './tempo.ts';

/** Why the breaker is open, or that it is closed; by the number on the wire. */
export const BREAKER_STATES = [
  'closed',
  'overPower',
  'overVoltage',
  'loadShedding',
  'order',
  'hotOverCurrent',
  'hot',
  'reserved',
] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** Euridis port by the number on the wire. */
export const EURIDIS_STATES = ['off', 'open', 'reserved', 'secured'] as const;

/** Power-line communication by the number on the wire. */
export const PLC_STATES = ['newUnlock', 'newLock', 'registered', 'reserved'] as const;

/** The status register of standard mode (STGE), Enedis-NOI-CPT_54E §6.2.3.14. */
export interface TicStatus {
  /** The dry contact: here 1 is open, the inverse of RELAIS. */
  readonly isContactOpen: boolean;
  readonly breaker: BreakerState;
  readonly isCoverOpen: boolean;
  readonly isOverVoltage: boolean;
  /** The subscribed power is exceeded now. */
  readonly isOverPower: boolean;
  readonly isProducer: boolean;
  /** Active energy is being injected. */
  readonly isInjecting: boolean;
  /** 1 to 10. */
  readonly supplierIndex: number;
  /** 1 to 4. */
  readonly distributorIndex: number;
  readonly isClockDegraded: boolean;
  readonly isStandardMode: boolean;
  readonly euridis: (typeof EURIDIS_STATES)[number];
  readonly plc: (typeof PLC_STATES)[number];
  readonly isPlcSynchronised: boolean;
  readonly tempoToday: TempoColour | null;
  readonly tempoTomorrow: TempoColour | null;
  /** Number of the mobile peak of which notice is given, 1 to 3; 0 is none. */
  readonly peakNotice: number;
  /** Number of the mobile peak that is running, 1 to 3; 0 is none. */
  readonly peakRunning: number;
}

const COLOURS = [null, 'blue', 'white', 'red'] as const;

/** The fields of the status register, from its 32 bits. */
export function decodeStatus(register: number): TicStatus {
  const bits = (from: number, count: number) => (register >>> from) & ((1 << count) - 1);
  const bit = (at: number) => bits(at, 1) === 1;
  return {
    isContactOpen: bit(0),
    breaker: BREAKER_STATES[bits(1, 3)] as BreakerState,
    isCoverOpen: bit(4),
    isOverVoltage: bit(6),
    isOverPower: bit(7),
    isProducer: bit(8),
    isInjecting: bit(9),
    supplierIndex: bits(10, 4) + 1,
    distributorIndex: bits(14, 2) + 1,
    isClockDegraded: bit(16),
    isStandardMode: bit(17),
    euridis: EURIDIS_STATES[bits(19, 2)] as TicStatus['euridis'],
    plc: PLC_STATES[bits(21, 2)] as TicStatus['plc'],
    isPlcSynchronised: bit(23),
    tempoToday: COLOURS[bits(24, 2)] as TempoColour | null,
    tempoTomorrow: COLOURS[bits(26, 2)] as TempoColour | null,
    peakNotice: bits(28, 2),
    peakRunning: bits(30, 2),
  };
}
