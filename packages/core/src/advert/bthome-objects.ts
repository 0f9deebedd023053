/** What an object of BTHome tells, as far as this project has a use for it; `other` for all the rest. */
export type BthomeProperty =
  | 'packetId'
  | 'batteryPercent'
  | 'energyWh'
  | 'powerW'
  | 'voltageV'
  | 'currentA'
  | 'count'
  | 'other';

/** How an object lies in the bytes. */
export interface BthomeObject {
  readonly property: BthomeProperty;
  /** Bytes of its value, little-endian; null where the first byte says how many follow. */
  readonly sizeBytes: number | null;
  readonly isSigned: boolean;
  /** The property's unit is so many of the number's. */
  readonly divisor: number;
}

const plain = (sizeBytes: number): BthomeObject => ({
  property: 'other',
  sizeBytes,
  isSigned: false,
  divisor: 1,
});

const measure = (property: BthomeProperty, sizeBytes: number, divisor = 1): BthomeObject => ({
  ...{ property, sizeBytes, divisor },
  isSigned: false,
});

const signed = (property: BthomeProperty, sizeBytes: number, divisor = 1): BthomeObject => ({
  ...measure(property, sizeBytes, divisor),
  isSigned: true,
});

/** Sizes of the objects whose values are not used, by the first and last id of each stretch. */
const OTHERS: readonly (readonly [first: number, last: number, sizeBytes: number])[] = [
  [0x02, 0x03, 2],
  [0x04, 0x05, 3],
  [0x06, 0x08, 2],
  [0x0d, 0x0e, 2],
  [0x0f, 0x11, 1],
  [0x12, 0x14, 2],
  [0x15, 0x2f, 1],
  [0x3a, 0x3a, 1],
  [0x3c, 0x3c, 2],
  [0x3f, 0x41, 2],
  [0x42, 0x42, 3],
  [0x44, 0x45, 2],
  [0x46, 0x46, 1],
  [0x47, 0x49, 2],
  [0x4b, 0x4b, 3],
  [0x4c, 0x4c, 4],
  [0x4e, 0x50, 4],
  [0x51, 0x52, 2],
  [0x55, 0x55, 4],
  [0x56, 0x56, 2],
  [0x57, 0x58, 1],
  [0x5e, 0x5f, 2],
  [0x60, 0x60, 1],
  [0x61, 0x61, 2],
  [0x62, 0x63, 4],
  [0x64, 0x64, 1],
  [0xf0, 0xf0, 2],
  [0xf1, 0xf1, 4],
  [0xf2, 0xf2, 3],
];

/** All objects of BTHome version 2, by id. Source: bthome.io/format. */
export const BTHOME_OBJECTS: ReadonlyMap<number, BthomeObject> = new Map<number, BthomeObject>([
  ...OTHERS.flatMap(([first, last, sizeBytes]) =>
    Array.from({ length: last - first + 1 }, (_, index): [number, BthomeObject] => [
      first + index,
      plain(sizeBytes),
    ]),
  ),
  [0x00, measure('packetId', 1)],
  [0x01, measure('batteryPercent', 1)],
  [0x09, measure('count', 1)],
  [0x0a, measure('energyWh', 3)],
  [0x0b, measure('powerW', 3, 100)],
  [0x0c, measure('voltageV', 2, 1_000)],
  [0x3d, measure('count', 2)],
  [0x3e, measure('count', 4)],
  [0x43, measure('currentA', 2, 1_000)],
  [0x4a, measure('voltageV', 2, 10)],
  [0x4d, measure('energyWh', 4)],
  [0x53, { ...plain(0), sizeBytes: null }],
  [0x54, { ...plain(0), sizeBytes: null }],
  [0x59, signed('count', 1)],
  [0x5a, signed('count', 2)],
  [0x5b, signed('count', 4)],
  [0x5c, signed('powerW', 4, 100)],
  [0x5d, signed('currentA', 2, 1_000)],
]);
