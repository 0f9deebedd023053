import type { TicReading } from '@kilowink/core/tic';
import type { TicSeries } from './tic-port.ts';

/** The labels under which the plausibility check knows the indexes of the whole meter. */
const WHOLE = { total: 'energy', injected: 'injectedEnergy' } as const;

/** A meter as its series name it. */
export interface NamedMeter {
  readonly id: string;
  readonly name: string;
}

/** The series that an index feeds: that of the whole meter, or of one tariff register. */
export function indexSeries({ id, name }: NamedMeter, label: string): TicSeries {
  const quantity = WHOLE[label as keyof typeof WHOLE];
  if (quantity === undefined) {
    const source = `tic/${id}/${label}`;
    return { source, quantity: 'energy', unit: 'Wh', name: `${name}: energy drawn, ${label}` };
  }
  const told = quantity === 'energy' ? 'energy drawn' : 'energy injected';
  return { source: `tic/${id}`, quantity, unit: 'Wh', name: `${name}: ${told}` };
}

/** The series of the power drawn, which gateways tell of past minutes too. */
export function powerSeries({ id, name }: NamedMeter): TicSeries {
  return {
    source: `tic/${id}`,
    quantity: 'apparentPower',
    unit: 'VA',
    name: `${name}: apparent power drawn`,
  };
}

/** A gauge of a meter, and what a reading says of it; null where it says nothing. */
export interface MeterGauge {
  /** Under which its state is kept. */
  readonly key: string;
  readonly series: TicSeries;
  readonly value: number | null;
}

/** Every gauge a meter of that many phases has, with what the reading says of each. */
export function gaugesOf(meter: NamedMeter, reading: TicReading): MeterGauge[] {
  const { id, name } = meter;
  const { injectedVa, injectedEstimateVa, apparentPowerVa } = reading;
  const source = `tic/${id}`;
  // 0 VA while a current flows is not what is drawn, but what a consumer's meter says while injecting.
  const drawnVa = injectedEstimateVa === null ? apparentPowerVa : null;
  const estimateVa = injectedEstimateVa === null ? null : Math.round(injectedEstimateVa);
  return [
    gauge('power', powerSeries(meter), drawnVa),
    gauge(
      'injected',
      { source, quantity: 'injectedApparentPower', unit: 'VA', name: `${name}: apparent power injected` },
      injectedVa,
    ),
    gauge(
      'estimate',
      {
        ...{ source: `${source}/estimate`, quantity: 'injectedApparentPower', unit: 'VA' },
        name: `${name}: apparent power injected, estimated`,
      },
      estimateVa,
    ),
    ...reading.phases.flatMap((phase, at) => phaseGauges(meter, at + 1, phase)),
  ];
}

function phaseGauges(
  { id, name }: NamedMeter,
  number: number,
  { currentA, voltageV, apparentPowerVa }: TicReading['phases'][number],
): MeterGauge[] {
  const source = `tic/${id}/phase${number}`;
  const named = (what: string) => `${name}: phase ${number} ${what}`;
  return [
    gauge(`current${number}`, { source, quantity: 'current', unit: 'A', name: named('current') }, currentA),
    gauge(`voltage${number}`, { source, quantity: 'voltage', unit: 'V', name: named('voltage') }, voltageV),
    gauge(
      `power${number}`,
      { source, quantity: 'apparentPower', unit: 'VA', name: named('apparent power') },
      apparentPowerVa,
    ),
  ];
}

/** The gauge of a gateway's capacitor. */
export function capacitorGauge({ id, name }: NamedMeter, value: number): MeterGauge {
  const series: TicSeries = {
    ...{ source: `tic/${id}`, quantity: 'capacitorVoltage', unit: 'mV' },
    name: `${name}: capacitor voltage`,
  };
  return gauge('capacitor', series, value);
}

function gauge(key: string, series: TicSeries, value: number | null): MeterGauge {
  return { key, series, value };
}
