/** What a series measures. Energy is what was consumed in each window. */
export type Quantity = 'energy';

/**
 * The unit of the stored whole numbers. A flash is 1 Wh, so a sensor's series counts Wh; a series that comes from a
 * finer source (a power in kW by the minute) counts mWh.
 */
export type Unit = 'Wh' | 'mWh';

/** Stored numbers in one Wh. */
export const UNITS_PER_WH: Readonly<Record<Unit, number>> = { Wh: 1, mWh: 1_000 };

/** What identifies a series, and how people call it. */
export interface SeriesDefinition {
  /** What feeds it, unique together with the quantity: `optical/192.168.1.20/00`, `import/sceaux`. */
  readonly source: string;
  readonly quantity: Quantity;
  readonly unit: Unit;
  /** For people; may change. */
  readonly name: string;
}
