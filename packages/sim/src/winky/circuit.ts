import {
  createSource,
  DIODE_1N4148,
  DIODE_BAT85,
  GUARANTEED_SUPPLY,
  type Source,
  type SourceOptions,
  STRONGEST_SUPPLY,
} from './source.ts';

/** Everything between the meter's terminals and the radio that holds, limits or uses charge. */
export interface CircuitOptions {
  readonly source: SourceOptions;
  /** The regulator before the capacitors, which keeps them from more than they bear. */
  readonly limiter: { readonly limitV: number; readonly dropoutOhm: number; readonly quiescentA: number };
  /** The supercapacitors together. */
  readonly bank: BankOptions;
  /** The regulator of the radio. */
  readonly regulator: { readonly quiescentA: number };
  /** What holds the enable pin: it lets go `delayMs` after `startV` is reached, and pulls at once below `stopV`. */
  readonly supervisor: {
    readonly startV: number;
    readonly stopV: number;
    readonly delayMs: number;
    readonly quiescentA: number;
  };
}

/** A double layer answers at once and then goes on answering: a part of the capacitance sits behind a resistance. */
export interface BankOptions {
  readonly capacitanceF: number;
  readonly esrOhm: number;
  readonly leakageOhm: number;
  /** The slow part of the capacitance, 0 to below 1, and what it sits behind. */
  readonly slowShare: number;
  readonly slowOhm: number;
}

/** The circuit of hardware/winky, on a meter that gives no more than it must. */
export const OUR_CIRCUIT: CircuitOptions = {
  source: { ...GUARANTEED_SUPPLY, diode: DIODE_BAT85 },
  limiter: { limitV: 5, dropoutOhm: 2.5, quiescentA: 2e-6 },
  bank: { capacitanceF: 1, esrOhm: 0.5, leakageOhm: 500_000, slowShare: 0.25, slowOhm: 15 },
  regulator: { quiescentA: 2e-6 },
  supervisor: { startV: 3.75, stopV: 3.45, delayMs: 200, quiescentA: 4e-6 },
};

/**
 * The circuit of the 2022 article, as far as it tells: 1N4148, two 0.5 F capacitors behind a 4.0 V regulator, a 3.3 V
 * supervisor with the 50 mV of hysteresis of its data sheet, 100 kΩ with 3.3 µF on the enable pin. Its 70 s to the first
 * start are only possible on a strong meter, so this is the strongest that the specification allows, with capacitors
 * that have 85 % of what is printed on them and a usual resistance.
 */
export const ARTICLE_CIRCUIT: CircuitOptions = {
  source: { ...STRONGEST_SUPPLY, diode: DIODE_1N4148 },
  limiter: { limitV: 4, dropoutOhm: 2.5, quiescentA: 2e-6 },
  bank: { capacitanceF: 0.85, esrOhm: 1.3, leakageOhm: 500_000, slowShare: 0.25, slowOhm: 15 },
  regulator: { quiescentA: 2e-6 },
  supervisor: { startV: 3.35, stopV: 3.3, delayMs: 330, quiescentA: 1e-6 },
};

/** The state of the circuit as time passes. */
export interface Circuit {
  /** At the capacitors' terminals. */
  readonly voltageV: number;
  readonly isEnabled: boolean;
  /** Whether the meter gives anything. */
  isSupplied: boolean;
  /** Lets `durationMs` pass with the radio's module drawing `loadA`. */
  step(durationMs: number, loadA: number): void;
  /** The longest step that still sees what matters. */
  readonly stepMsMax: number;
}

const NEAR_V = 0.12;

export function createCircuit(options: CircuitOptions, startV = 0): Circuit {
  return new CircuitState(options, startV);
}

class CircuitState implements Circuit {
  isSupplied = true;
  readonly #options: CircuitOptions;
  readonly #source: Source;
  readonly #idleA: number;
  #insideV: number;
  #slowV: number;
  #voltageV: number;
  #isEnabled = false;
  #aboveMs = 0;

  constructor(options: CircuitOptions, startV: number) {
    this.#options = options;
    this.#source = createSource(options.source);
    const { limiter, regulator, supervisor } = options;
    this.#idleA = limiter.quiescentA + regulator.quiescentA + supervisor.quiescentA;
    this.#insideV = startV;
    this.#slowV = startV;
    this.#voltageV = startV;
    this.#supervise(0);
  }

  get voltageV(): number {
    return this.#voltageV;
  }

  get isEnabled(): boolean {
    return this.#isEnabled;
  }

  get stepMsMax(): number {
    const { startV, stopV } = this.#options.supervisor;
    const isNear = this.#voltageV > stopV - NEAR_V && this.#voltageV < startV + NEAR_V;
    return isNear ? 5 : 100;
  }

  step(durationMs: number, loadA: number): void {
    const { bank } = this.#options;
    const usedA = loadA + this.#idleA;
    const givenA = this.#givenA(usedA);
    const leakA = this.#insideV / bank.leakageOhm;
    const slowA = (this.#insideV - this.#slowV) / bank.slowOhm;
    const fastF = bank.capacitanceF * (1 - bank.slowShare);
    const seconds = durationMs / 1_000;
    this.#insideV = Math.max(0, this.#insideV + ((givenA - usedA - leakA - slowA) * seconds) / fastF);
    if (bank.slowShare > 0) this.#slowV += (slowA * seconds) / (bank.capacitanceF * bank.slowShare);
    this.#voltageV = Math.max(0, this.#insideV + bank.esrOhm * (givenA - usedA));
    this.#supervise(durationMs);
  }

  /** What comes in at the present voltage: as much as the source gives, up to the limiter's voltage. */
  #givenA(usedA: number): number {
    if (!this.isSupplied) return 0;
    const { bank, limiter } = this.#options;
    let givenA = this.#source.currentA(this.#insideV);
    // The resistances are small against the source's, so that two rounds are exact to a microampere.
    for (let round = 0; round < 2; round++) {
      const terminalV = this.#insideV + bank.esrOhm * (givenA - usedA);
      givenA = this.#source.currentA(Math.max(0, terminalV) + limiter.dropoutOhm * givenA);
    }
    const roomA = usedA + (limiter.limitV - this.#insideV) / bank.esrOhm;
    return Math.max(0, Math.min(givenA, roomA));
  }

  #supervise(durationMs: number): void {
    const { startV, stopV, delayMs } = this.#options.supervisor;
    if (this.#voltageV < stopV) {
      this.#isEnabled = false;
      this.#aboveMs = 0;
      return;
    }
    if (this.#isEnabled) return;
    // Between the two levels the delay that began above goes on.
    if (this.#voltageV >= startV || this.#aboveMs > 0) this.#aboveMs += durationMs;
    if (this.#aboveMs > delayMs) this.#isEnabled = true;
  }
}
