import type { MeterInfo } from '@kilowink/api';

/** One value of a device, as Home Assistant is told of it and as its topic says it. */
export interface Entity {
  /** Last level of its topic: `<base>/<device>/state/<key>`. */
  readonly key: string;
  readonly name: string;
  readonly platform: 'sensor' | 'binary_sensor';
  /** Null where it is not known at the moment: then nothing is published, and it expires. */
  readonly value: string | null;
  /** What Home Assistant must know of it besides: unit, class. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Changes below this wait for the longest interval; 0 publishes each. */
  readonly deadBand: number;
  /** Published at once when it changes. */
  readonly isUrgent: boolean;
}

/** A device that Home Assistant shows. */
export interface Device {
  /** Level of its topics, and part of its identity. */
  readonly id: string;
  readonly name: string;
  readonly model: string;
  readonly firmware: string | null;
  readonly entities: readonly Entity[];
}

type About = Readonly<Record<string, unknown>>;

const POWER: About = {
  unit_of_measurement: 'VA',
  device_class: 'apparent_power',
  state_class: 'measurement',
};
/** What the Energy dashboard asks for: `energy`, and a total that only rises but for a new meter. */
const ENERGY: About = { unit_of_measurement: 'Wh', device_class: 'energy', state_class: 'total_increasing' };
/** What a sensor counted is ours to correct, so it may fall, and that is no new meter. */
const COUNTED: About = { ...ENERGY, state_class: 'total' };
const DIAGNOSTIC: About = { entity_category: 'diagnostic' };

/** A TIC meter with the values it has at the moment. */
export function meterDevice(meter: MeterInfo, deadBandVa: number): Device {
  const power = (key: string, name: string, va: number | null) =>
    entity(key, name, { value: va, about: POWER, deadBand: deadBandVa });
  return {
    id: meter.id,
    name: meter.name,
    model: meter.mode === 'standard' ? 'Linky, standard TIC' : 'TIC, historique',
    firmware: meter.vitals?.firmware ?? null,
    entities: [
      power('power', 'Apparent power', meter.apparentPowerVa),
      ...energies(meter),
      ...(meter.injectedVa === null
        ? []
        : [power('injected_power', 'Injected apparent power', meter.injectedVa)]),
      ...(meter.injectedEstimateVa === null
        ? []
        : [
            power(
              'injected_estimate',
              'Injected apparent power (estimate)',
              Math.round(meter.injectedEstimateVa),
            ),
          ]),
      ...phases(meter, deadBandVa),
      ...tariff(meter),
      {
        ...entity('overload', 'Overload', { value: null, about: { device_class: 'problem' } }),
        ...{ platform: 'binary_sensor', value: meter.overload === null ? 'OFF' : 'ON', isUrgent: true },
      },
      ...vitals(meter),
    ],
  };
}

/** What an optical sensor counts: Wh since the first flash, as corrections leave them, and the mean power of the last minute. */
export function opticalDevice(
  sensor: { id: string; name: string; energyWh: number; powerW: number | null },
  deadBandW: number,
): Device {
  const about = { unit_of_measurement: 'W', device_class: 'power', state_class: 'measurement' };
  return {
    ...{ id: sensor.id, name: sensor.name, model: 'Optical sensor', firmware: null },
    entities: [
      entity('energy', 'Energy', { value: sensor.energyWh, about: COUNTED }),
      entity('power', 'Power', { value: sensor.powerW, about, deadBand: deadBandW }),
    ],
  };
}

function energies(meter: MeterInfo): Entity[] {
  const { totalIndexWh, injectedIndexWh, indexes } = meter;
  const registers = indexes.length > 1 ? indexes : [];
  return [
    ...(totalIndexWh === null ? [] : [entity('energy', 'Energy', { value: totalIndexWh, about: ENERGY })]),
    ...(injectedIndexWh === null
      ? []
      : [entity('injected_energy', 'Injected energy', { value: injectedIndexWh, about: ENERGY })]),
    ...registers.map(({ label, indexWh }) =>
      entity(`energy_${label.toLowerCase()}`, `Energy ${label}`, { value: indexWh, about: ENERGY }),
    ),
  ];
}

function phases(meter: MeterInfo, deadBandVa: number): Entity[] {
  const current = { unit_of_measurement: 'A', device_class: 'current', state_class: 'measurement' };
  const voltage = { unit_of_measurement: 'V', device_class: 'voltage', state_class: 'measurement' };
  const isTri = meter.phases.length > 1;
  return meter.phases.flatMap(({ currentA, voltageV, apparentPowerVa }, at) => {
    const [suffix, of] = isTri ? [`${at + 1}`, `, phase ${at + 1}`] : ['', ''];
    const known: readonly (readonly [string, string, number | null, About, number])[] = [
      [`current${suffix}`, `Current${of}`, currentA, current, 0],
      [`voltage${suffix}`, `Voltage${of}`, voltageV, voltage, 1],
      [`power${suffix}`, `Apparent power${of}`, isTri ? apparentPowerVa : null, POWER, deadBandVa],
    ];
    return known
      .filter(([, , value]) => value !== null)
      .map(([key, name, value, about, deadBand]) => entity(key, name, { value, about, deadBand }));
  });
}

function tariff(meter: MeterInfo): Entity[] {
  const { tariffPeriod, tariffName, contract, tempoToday, tempoTomorrow } = meter;
  const colour = { device_class: 'enum', options: ['blue', 'white', 'red', 'unknown'] };
  return [
    ...(tariffPeriod === null && tariffName === null
      ? []
      : [entity('tariff', 'Tariff period', { value: tariffPeriod ?? tariffName, about: {} })]),
    ...(contract === 'tempo'
      ? [
          entity('tempo_today', 'Tempo colour today', { value: tempoToday ?? 'unknown', about: colour }),
          entity('tempo_tomorrow', 'Tempo colour tomorrow', {
            value: tempoTomorrow ?? 'unknown',
            about: colour,
          }),
        ]
      : []),
  ];
}

function vitals({ vitals: of }: MeterInfo): Entity[] {
  const voltage = {
    ...DIAGNOSTIC,
    unit_of_measurement: 'mV',
    device_class: 'voltage',
    state_class: 'measurement',
  };
  const strength = {
    ...DIAGNOSTIC,
    ...{ unit_of_measurement: 'dBm', device_class: 'signal_strength', state_class: 'measurement' },
  };
  const { capacitorMinMv, rssiDbm } = of ?? {};
  return [
    ...(capacitorMinMv === undefined
      ? []
      : [entity('capacitor', 'Capacitor', { value: capacitorMinMv, about: voltage, deadBand: 50 })]),
    ...(rssiDbm === undefined
      ? []
      : [entity('wifi', 'Wi-Fi', { value: rssiDbm, about: strength, deadBand: 5 })]),
  ];
}

function entity(
  key: string,
  name: string,
  of: { value: number | string | null; about: About; deadBand?: number },
): Entity {
  const { value, about, deadBand = 0 } = of;
  const shown = value === null ? null : String(value);
  return { key, name, platform: 'sensor', value: shown, about, deadBand, isUrgent: false };
}
