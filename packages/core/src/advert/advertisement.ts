/** One advertisement, as it was heard once. */
export interface Advertisement {
  /** Lower-case hex with colons, for example `c0:de:00:00:00:01`. */
  readonly address: string;
  /** Null where whoever passed it on does not say. */
  readonly addressType: 'public' | 'random' | null;
  /** Strength of the signal (dBm); null where it is not known. */
  readonly rssiDbm: number | null;
  /** The AD structures, as on air. */
  readonly data: Uint8Array;
  /** How it was sent; null where that is not known. */
  readonly phy: Phy | null;
}

/** Physical layer of an advertisement, the secondary one where there is one. */
export type Phy = '1M' | '2M' | 'coded';

/** An address in our form, from text with or without colons, dashes and capitals; null where it is none. */
export function parseAddress(text: string): string | null {
  const digits = text.replace(/[:-]/g, '').toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(digits)) return null;
  return digits.replace(/(..)(?=.)/g, '$1:');
}
