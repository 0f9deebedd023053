import type { Quantity, Unit } from './quantity.ts';

/** What identifies a series, and how people call it. */
export interface SeriesDefinition {
  /** What feeds it, unique together with the quantity: `optical/192.168.1.20/00`, `tic/main`, `import/sceaux`. */
  readonly source: string;
  readonly quantity: Quantity;
  /** One of the quantity's units. */
  readonly unit: Unit;
  /** For people; may change. */
  readonly name: string;
}
