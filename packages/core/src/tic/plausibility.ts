import type { EpochMs } from '../time/index.ts';
import type { TicMode } from './labels.ts';
import type { TicContract, TicReading } from './reading.ts';

/** Indexes have nine digits. */
const WRAP_WH = 1_000_000_000;
/** The most a meter of a home can be subscribed for: taken where it tells nothing, and for what it injects. */
const LIMIT_VA = 36_000;
/** The breaker bears 2.5 times its power for some 40 s, and 1.3 times for ever: a little more is granted. */
const BURST_FACTOR = 2.5;
const STEADY_FACTOR = 1.5;
const BURST_S = 40;
/** A value is up to one frame old, and is cut to whole Wh. */
const SLACK_WH = 2;

/**
 * How an index got where it is. `first`: nothing is known before it. `grew`, `wrapped` (beyond 999 999 999 Wh): by what can
 * have been drawn since. `confirmed`: by more, or down, but a second frame said so too: it starts anew.
 */
export type IndexStep = 'first' | 'grew' | 'wrapped' | 'confirmed';

/** An index that may be believed. */
export interface PlausibleIndex {
  /** The label of the register; `total` and `injected` for those of the whole meter. */
  readonly label: string;
  readonly indexWh: number;
  /** Energy since the last believed index; null where it is not known, after `first` and `confirmed`. */
  readonly addedWh: number | null;
  readonly step: IndexStep;
}

/** An index that is kept back until a second frame says the same. */
export interface TicHeld {
  readonly label: string;
  readonly indexWh: number;
  /** The last believed one; null while another meter's frame is kept back. */
  readonly lastWh: number | null;
  readonly reason: 'fell' | 'jumped' | 'otherMeter';
}

/** What changed for good: told once, when a second frame confirms it. */
export type TicChange =
  | { readonly kind: 'meterChange'; readonly from: string; readonly to: string }
  | { readonly kind: 'contractChange'; readonly from: ContractTerms; readonly to: ContractTerms }
  | { readonly kind: 'indexChange'; readonly label: string; readonly fromWh: number; readonly toWh: number };

/** What a contract is known by. */
export interface ContractTerms {
  readonly contract: TicContract | null;
  readonly contractName: string | null;
  readonly subscribedVa: number | null;
}

/** What may be believed of a reading. */
export interface TicJudged {
  readonly indexes: readonly PlausibleIndex[];
  readonly held: readonly TicHeld[];
  readonly changes: readonly TicChange[];
}

interface Known {
  readonly indexWh: number;
  readonly atMs: EpochMs;
}

/**
 * The last guard behind checksum, label, length and characters: an index never falls, and never grows faster than the
 * subscribed power allows. What does is held until the next frame says the same; then it is a change, and no energy. The
 * same holds for another serial number and another contract. One of these per line.
 */
export class TicPlausibility {
  readonly #believed = new Map<string, Known>();
  readonly #candidates = new Map<string, Known>();
  #meterId: string | null = null;
  #meterCandidate: string | null = null;
  #mode: TicMode | null = null;
  #terms: ContractTerms | null = null;
  #termsCandidate: ContractTerms | null = null;

  /** What was believed before a restart, so that the energy drawn since is known. */
  resume(meterId: string, indexes: readonly { label: string; indexWh: number; atMs: EpochMs }[]): void {
    this.#meterId = meterId;
    for (const { label, indexWh, atMs } of indexes) this.#believed.set(label, { indexWh, atMs });
  }

  /** Judges what a frame says that was received at `atMs`, which must not run backwards. */
  judge(reading: TicReading, atMs: EpochMs): TicJudged {
    const changes: TicChange[] = [];
    const indexes = indexesOf(reading);
    if (this.#isOtherMeter(reading.meterId, changes)) {
      const held = indexes.map((index) => ({ ...index, lastWh: null, reason: 'otherMeter' as const }));
      return { indexes: [], held, changes };
    }
    this.#watchContract(reading, changes);
    const judged = indexes.map((index) =>
      this.#judgeIndex(index, { atMs, limitVa: limitOf(reading, index.label) }),
    );
    for (const { change } of judged) if (change !== null) changes.push(change);
    return {
      indexes: judged.flatMap(({ believed }) => believed ?? []),
      held: judged.flatMap(({ held }) => held ?? []),
      changes,
    };
  }

  #isOtherMeter(meterId: string | null, changes: TicChange[]): boolean {
    if (meterId === null) return this.#meterCandidate !== null;
    const [known, candidate] = [this.#meterId, this.#meterCandidate];
    if (known === null || meterId === known) {
      this.#meterId = meterId;
      this.#meterCandidate = null;
      return false;
    }
    this.#meterCandidate = meterId;
    if (candidate !== meterId) return true;
    changes.push({ kind: 'meterChange', from: known, to: meterId });
    this.#meterId = meterId;
    this.#meterCandidate = null;
    this.#believed.clear();
    this.#candidates.clear();
    this.#terms = null;
    this.#termsCandidate = null;
    return false;
  }

  /** The two modes name contracts differently: a change of mode alone is none of contract. */
  #watchContract(reading: TicReading, changes: TicChange[]): void {
    const { contract, contractName, subscribedVa, mode } = reading;
    if (mode !== this.#mode) {
      this.#mode = mode;
      this.#terms = null;
      this.#termsCandidate = null;
    }
    if (contractName === null || subscribedVa === null) return;
    const terms: ContractTerms = { contract, contractName, subscribedVa };
    const [known, candidate] = [this.#terms, this.#termsCandidate];
    if (known === null || isSame(known, terms)) {
      this.#terms = terms;
      this.#termsCandidate = null;
      return;
    }
    this.#termsCandidate = terms;
    if (candidate === null || !isSame(candidate, terms)) return;
    changes.push({ kind: 'contractChange', from: known, to: terms });
    this.#terms = terms;
    this.#termsCandidate = null;
    // The sum of another contract's registers is another sum.
    if (mode === 'historique' && known.contractName !== terms.contractName) this.#forget('total');
  }

  #forget(label: string): void {
    this.#believed.delete(label);
    this.#candidates.delete(label);
  }

  #judgeIndex(
    index: { label: string; indexWh: number },
    at: { atMs: EpochMs; limitVa: number },
  ): { believed?: PlausibleIndex; held?: TicHeld; change: TicChange | null } {
    const { label, indexWh } = index;
    const known = this.#believed.get(label);
    if (known === undefined) return this.#believe(index, at, { step: 'first', addedWh: null });
    const addedWh = growth(known, indexWh, at);
    if (addedWh !== null) {
      return this.#believe(index, at, { step: indexWh < known.indexWh ? 'wrapped' : 'grew', addedWh });
    }
    const candidate = this.#candidates.get(label);
    if (candidate !== undefined && growth(candidate, indexWh, at) !== null) {
      const believed = this.#believe(index, at, { step: 'confirmed', addedWh: null });
      return { ...believed, change: { kind: 'indexChange', label, fromWh: known.indexWh, toWh: indexWh } };
    }
    this.#candidates.set(label, { indexWh, atMs: at.atMs });
    const reason = indexWh < known.indexWh ? 'fell' : 'jumped';
    return { held: { label, indexWh, lastWh: known.indexWh, reason }, change: null };
  }

  #believe(
    index: { label: string; indexWh: number },
    at: { atMs: EpochMs },
    how: { step: IndexStep; addedWh: number | null },
  ): { believed: PlausibleIndex; change: null } {
    this.#believed.set(index.label, { indexWh: index.indexWh, atMs: at.atMs });
    this.#candidates.delete(index.label);
    return { believed: { ...index, ...how }, change: null };
  }
}

function indexesOf(reading: TicReading): { label: string; indexWh: number }[] {
  const { registers, totalIndexWh, injectedIndexWh } = reading;
  const whole = [
    ...(totalIndexWh === null ? [] : [{ label: 'total', indexWh: totalIndexWh }]),
    ...(injectedIndexWh === null ? [] : [{ label: 'injected', indexWh: injectedIndexWh }]),
  ];
  return [...registers.map(({ label, indexWh }) => ({ label, indexWh })), ...whole];
}

/** The breaker opens by its own power, where that is higher than the subscribed one. */
function limitOf(reading: TicReading, label: string): number {
  if (label === 'injected') return LIMIT_VA;
  const { subscribedVa, cutOffVa } = reading;
  return subscribedVa === null ? LIMIT_VA : Math.max(subscribedVa, cutOffVa ?? 0);
}

/** What came since a known index, Wh; null when that can not have been. */
function growth(known: Known, indexWh: number, at: { atMs: EpochMs; limitVa: number }): number | null {
  const seconds = Math.max(0, at.atMs - known.atMs) / 1_000;
  const { limitVa } = at;
  const boundVas = Math.min(BURST_FACTOR * seconds, STEADY_FACTOR * seconds + BURST_S) * limitVa;
  const boundWh = Math.floor(boundVas / 3_600) + SLACK_WH;
  const grownWh = indexWh >= known.indexWh ? indexWh - known.indexWh : indexWh + WRAP_WH - known.indexWh;
  return grownWh <= boundWh ? grownWh : null;
}

function isSame(a: ContractTerms, b: ContractTerms): boolean {
  return a.contract === b.contract && a.contractName === b.contractName && a.subscribedVa === b.subscribedVa;
}
