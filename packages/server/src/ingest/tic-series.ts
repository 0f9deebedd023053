import type { TicReading } from '@kilowink/core/tic';
import type { TicSeries } from './tic-port.ts';

/** The labels under which the plausibility check knows the indexes of the whole meter. */
const WHOLE = { total: 'energy', injected: 'injectedEnergy' } as const;

/** A meter as its series name it. */
export interface NamedMeter {
  readonly id: string;
  readonly name: string;
}

/** A gauge of a meter, and what a reading says of it; null where it says nothing. */
export interface MeterGauge {
  /** Under which its state is kept. */
  readonly key: string;
  readonly series: TicSeries;
  readonly value: number | null;
}

/** The gauges of one phase, without their values. */
interface PhaseGauges {
  readonly current: Named;
  readonly voltage: Named;
  readonly power: Named;
}

type Named = Omit<MeterGauge, 'value'>;

/** The series of one meter: each is made once, and the same object ever after. */
export class MeterSeries {
  readonly #meter: NamedMeter;
  readonly #indexes = new Map<string, TicSeries>();
  readonly #phases: PhaseGauges[] = [];
  readonly #power: Named;
  readonly #injected: Named;
  readonly #estimate: Named;
  readonly #capacitor: Named;

  constructor(meter: NamedMeter) {
    this.#meter = meter;
    const { id, name } = meter;
    const source = `tic/${id}`;
    const va = { source, unit: 'VA' } as const;
    this.#power = {
      key: 'power',
      series: { ...va, quantity: 'apparentPower', name: `${name}: apparent power drawn` },
    };
    this.#injected = {
      key: 'injected',
      series: { ...va, quantity: 'injectedApparentPower', name: `${name}: apparent power injected` },
    };
    this.#estimate = {
      key: 'estimate',
      series: {
        ...{ source: `${source}/estimate`, quantity: 'injectedApparentPower', unit: 'VA' },
        name: `${name}: apparent power injected, estimated`,
      },
    };
    this.#capacitor = {
      key: 'capacitor',
      series: { source, quantity: 'capacitorVoltage', unit: 'mV', name: `${name}: capacitor voltage` },
    };
  }

  /** The series that an index feeds: that of the whole meter, or of one tariff register. */
  index(label: string): TicSeries {
    const known = this.#indexes.get(label);
    if (known !== undefined) return known;
    const made = indexSeries(this.#meter, label);
    this.#indexes.set(label, made);
    return made;
  }

  /** The series of the power drawn, which gateways tell of past minutes too. */
  get power(): TicSeries {
    return this.#power.series;
  }

  /** The gauge of a gateway's capacitor. */
  capacitor(value: number): MeterGauge {
    return { ...this.#capacitor, value };
  }

  /** Every gauge a meter of that many phases has, with what the reading says of each. */
  gauges({ injectedVa, injectedEstimateVa, apparentPowerVa, phases }: TicReading): MeterGauge[] {
    // 0 VA while a current flows is not what is drawn, but what a consumer's meter says while injecting.
    const drawnVa = injectedEstimateVa === null ? apparentPowerVa : null;
    const estimateVa = injectedEstimateVa === null ? null : Math.round(injectedEstimateVa);
    const all = [
      gauge(this.#power, drawnVa),
      gauge(this.#injected, injectedVa),
      gauge(this.#estimate, estimateVa),
    ];
    for (const [at, phase] of phases.entries()) {
      const { current, voltage, power } = this.#phase(at);
      all.push(gauge(current, phase.currentA), gauge(voltage, phase.voltageV));
      all.push(gauge(power, phase.apparentPowerVa));
    }
    return all;
  }

  #phase(at: number): PhaseGauges {
    const known = this.#phases[at];
    if (known !== undefined) return known;
    const made = phaseGauges(this.#meter, at + 1);
    this.#phases[at] = made;
    return made;
  }
}

function indexSeries({ id, name }: NamedMeter, label: string): TicSeries {
  const quantity = WHOLE[label as keyof typeof WHOLE];
  if (quantity === undefined) {
    const source = `tic/${id}/${label}`;
    return { source, quantity: 'energy', unit: 'Wh', name: `${name}: energy drawn, ${label}` };
  }
  const told = quantity === 'energy' ? 'energy drawn' : 'energy injected';
  return { source: `tic/${id}`, quantity, unit: 'Wh', name: `${name}: ${told}` };
}

function phaseGauges({ id, name }: NamedMeter, number: number): PhaseGauges {
  const source = `tic/${id}/phase${number}`;
  const named = (what: string) => `${name}: phase ${number} ${what}`;
  return {
    current: {
      key: `current${number}`,
      series: { source, quantity: 'current', unit: 'A', name: named('current') },
    },
    voltage: {
      key: `voltage${number}`,
      series: { source, quantity: 'voltage', unit: 'V', name: named('voltage') },
    },
    power: {
      key: `power${number}`,
      series: { source, quantity: 'apparentPower', unit: 'VA', name: named('apparent power') },
    },
  };
}

function gauge({ key, series }: Named, value: number | null): MeterGauge {
  return { key, series, value };
}
