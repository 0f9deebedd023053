import type { EpochMs } from '../time/index.ts';
import type { TicMode } from './labels.ts';
import type { ProfileSlot } from './profile.ts';
import type { TicStatus } from './status.ts';
import type { TempoColour } from './tempo.ts';

/** Contracts by how they are priced; `other` is one that a name alone does not explain. */
export type TicContract = 'base' | 'offPeak' | 'ejp' | 'tempo' | 'other';

/**
 * The tariff period in force: all hours, off-peak, peak, EJP's normal hours and mobile peak, and those of Tempo with the
 * colour of the day (B blue, W white, R red); the codes of historique without their dots.
 */
export type TariffPeriod =
  | 'TH'
  | 'HC'
  | 'HP'
  | 'HN'
  | 'PM'
  | 'HCJB'
  | 'HPJB'
  | 'HCJW'
  | 'HPJW'
  | 'HCJR'
  | 'HPJR';

/** One tariff register. */
export interface TicRegister {
  /** The label that carries it, for example `BBRHCJB` or `EASF01`. */
  readonly label: string;
  readonly indexWh: number;
}

/** One phase. On a meter with one phase the power is that of the whole, and null here. */
export interface TicPhase {
  readonly currentA: number | null;
  readonly voltageV: number | null;
  readonly apparentPowerVa: number | null;
}

/** A number that the meter dates. `atMs` is null where its time is none. */
export interface TicDated {
  readonly value: number;
  readonly atMs: EpochMs | null;
}

/** An announced mobile peak; null where its start or end was not sent. */
export interface TicPeak {
  readonly number: number;
  readonly fromMs: EpochMs | null;
  readonly toMs: EpochMs | null;
}

/**
 * The subscribed power is exceeded: the meter says so, or the currents of a long frame with three phases, which stands
 * between short ones that do. What the frame does not tell is null.
 */
export interface TicOverload {
  /** Which phases are over, first to last. */
  readonly phases: readonly boolean[] | null;
  /** The highest current among them. */
  readonly overCurrentA: number | null;
}

/**
 * What a frame says, in one form for both modes. Whatever was not sent, or did not verify, is null or absent: never 0.
 * Energies are whole Wh.
 */
export interface TicReading {
  readonly mode: TicMode;
  /** Whether the whole frame verified: only then is what is absent known not to have been sent. */
  readonly complete: boolean;
  /** The short frame of a three-phase overload: indexes and power are not sent in it. */
  readonly isShort: boolean;
  /** The meter's serial number: personal data. */
  readonly meterId: string | null;
  /** The delivery point: personal data. */
  readonly deliveryPoint: string | null;
  /** The meter's own time; historique has none. */
  readonly atMs: EpochMs | null;
  /** The meter itself says that its time is not to be trusted. */
  readonly clockDegraded: boolean;
  readonly contract: TicContract | null;
  /** The contract as the meter names it, spaces collapsed. */
  readonly contractName: string | null;
  readonly subscribedVa: number | null;
  /** The power at which the breaker opens. */
  readonly cutOffVa: number | null;
  /** The supplier's registers that have ever counted, or do now. */
  readonly registers: readonly TicRegister[];
  /** The distributor's, the same. */
  readonly distributorRegisters: readonly TicRegister[];
  /** Energy drawn in all: EAST, or the sum when every register of the contract was read. */
  readonly totalIndexWh: number | null;
  readonly injectedIndexWh: number | null;
  /** Power drawn as the meter tells it: 0 while injecting. */
  readonly apparentPowerVa: number | null;
  /** Power injected, by meters in producer mode. */
  readonly injectedVa: number | null;
  /**
   * Where the meter tells no injected power: what its current amounts to while it draws none. An estimate, whose sign was
   * not measured: a standby load can feign it. Null otherwise.
   */
  readonly injectedEstimateVa: number | null;
  /** One entry, or three. */
  readonly phases: readonly TicPhase[];
  readonly tariffPeriod: TariffPeriod | null;
  /** The period as the meter names it, spaces collapsed. */
  readonly tariffName: string | null;
  /** The supplier's index in force, 1 to 10. */
  readonly tariffIndex: number | null;
  /** Today's and tomorrow's colour; a Tempo day begins at 6 h, and tomorrow's comes in the evening. */
  readonly tempoToday: TempoColour | null;
  readonly tempoTomorrow: TempoColour | null;
  /** Minutes of notice of an EJP peak, sent before and during it. */
  readonly peakNoticeMin: number | null;
  /** Mobile peaks announced. */
  readonly peaks: readonly TicPeak[];
  /** Null: no overload, provided that the frame is complete or a short one. */
  readonly overload: TicOverload | null;
  readonly status: TicStatus | null;
  /** Relay 1 first; true is closed. */
  readonly relays: readonly boolean[] | null;
  /** The numbers of today and tomorrow in the supplier's calendar. */
  readonly calendarToday: number | null;
  readonly calendarTomorrow: number | null;
  /** Switching times of tomorrow, and of the next mobile peak; see `TicReadOptions` for how their times are read. */
  readonly profileTomorrow: readonly ProfileSlot[] | null;
  readonly profilePeak: readonly ProfileSlot[] | null;
  readonly message: string | null;
  readonly shortMessage: string | null;
  /** Every other number that was sent, by its label: maxima, load curve, mean voltages, reactive energies. */
  readonly others: Readonly<Record<string, TicDated>>;
}
