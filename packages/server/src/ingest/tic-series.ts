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
  if (quantity !== undefined) return { source: `tic/${id}`, quantity, unit: 'Wh', name };
  return { source: `tic/${id}/${label}`, quantity: 'energy', unit: 'Wh', name: `${name}, ${label}` };
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
    gauge('power', { source, quantity: 'apparentPower', unit: 'VA', name }, drawnVa),
    gauge('injected', { source, quantity: 'injectedApparentPower', unit: 'VA', name }, injectedVa),
    gauge(
      'estimate',
      {
        ...{ source: `${source}/estimate`, quantity: 'injectedApparentPower', unit: 'VA' },
        name: `${name}, injected (estimate)`,
      },
      estimateVa,
    ),
    ...reading.phases.flatMap((phase, at) => {
      const of = { source: `${source}/phase${at + 1}`, name: `${name}, phase ${at + 1}` };
      return [
        gauge(`current${at + 1}`, { ...of, quantity: 'current', unit: 'A' }, phase.currentA),
        gauge(`voltage${at + 1}`, { ...of, quantity: 'voltage', unit: 'V' }, phase.voltageV),
        gauge(`power${at + 1}`, { ...of, quantity: 'apparentPower', unit: 'VA' }, phase.apparentPowerVa),
      ];
    }),
  ];
}

/** The gauge of a gateway's capacitor. */
export function capacitorGauge({ id, name }: NamedMeter, value: number): MeterGauge {
  const series = { source: `tic/${id}`, quantity: 'capacitorVoltage', unit: 'mV', name } as const;
  return gauge('capacitor', series, value);
}

function gauge(key: string, series: TicSeries, value: number | null): MeterGauge {
  return { key, series, value };
}
