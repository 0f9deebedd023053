/**
 * How the values of a series go together. `sum`: a value is an amount over its point's duration, and buckets add.
 * `mean`: a gauge; the value held for the point's duration, and buckets give the mean weighted by time.
 */
export type Kind = 'sum' | 'mean';

/** What can be measured: the units its whole numbers may be stored in, and how they go together. */
interface QuantityFacts {
  readonly units: readonly [string, ...string[]];
  readonly kind: Kind;
}

/**
 * Every quantity a series may have. Energy is what was consumed in each point, injected energy what was fed back. A
 * flash is 1 Wh, so a sensor's series counts Wh; one from a finer source (a power in kW by the minute) counts mWh.
 */
export const QUANTITIES = {
  energy: { units: ['Wh', 'mWh'], kind: 'sum' },
  injectedEnergy: { units: ['Wh', 'mWh'], kind: 'sum' },
  apparentPower: { units: ['VA'], kind: 'mean' },
  injectedApparentPower: { units: ['VA'], kind: 'mean' },
  activePower: { units: ['W'], kind: 'mean' },
  current: { units: ['A'], kind: 'mean' },
  voltage: { units: ['V'], kind: 'mean' },
  capacitorVoltage: { units: ['mV'], kind: 'mean' },
} as const satisfies Readonly<Record<string, QuantityFacts>>;

/** What a series measures. */
export type Quantity = keyof typeof QUANTITIES;

/** The unit of the stored whole numbers. */
export type Unit = (typeof QUANTITIES)[Quantity]['units'][number];

/** The names of all quantities, in the order of the table. */
export const QUANTITY_NAMES = Object.keys(QUANTITIES) as readonly Quantity[];

/** The names of all units, each once. */
export const UNIT_NAMES: readonly Unit[] = [
  ...new Set(Object.values(QUANTITIES).flatMap((facts): readonly Unit[] => facts.units)),
];

/** How the values of a quantity go together. */
export function kindOf(quantity: Quantity): Kind {
  return QUANTITIES[quantity].kind;
}

/** Whether a quantity may be stored in that unit. */
export function hasUnit(quantity: Quantity, unit: Unit): boolean {
  const units: readonly Unit[] = QUANTITIES[quantity].units;
  return units.includes(unit);
}

/** Stored numbers in one Wh; NaN for the units of gauges, which no energy has. */
export const UNITS_PER_WH: Readonly<Record<Unit, number>> = {
  Wh: 1,
  mWh: 1_000,
  VA: Number.NaN,
  W: Number.NaN,
  A: Number.NaN,
  V: Number.NaN,
  mV: Number.NaN,
};
