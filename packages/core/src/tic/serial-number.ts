/** What a serial number (ADCO, ADSC) tells of its meter. */
export interface SerialNumber {
  readonly maker: number;
  /** Last two digits of the year in which it was made. */
  readonly year: number;
  readonly type: number;
  /** What family of meters the type belongs to, as far as it is known. */
  readonly family: 'linky' | 'linkySei' | 'abroad' | null;
  readonly number: number;
}

const LINKY_TYPES = new Set([61, 62, 63, 64, 70, 71, 75, 76]);
/** Those of the islands' networks. */
const SEI_TYPES = new Set([60, 65, 68, 86, 87]);
const ABROAD_TYPES = new Set([92, 93, 94]);

/** The parts of a serial number of twelve digits, after the Euridis list of type codes; null when it is none. */
export function decodeSerialNumber(text: string): SerialNumber | null {
  if (!/^\d{12}$/.test(text)) return null;
  const type = Number(text.slice(4, 6));
  return {
    maker: Number(text.slice(0, 2)),
    year: Number(text.slice(2, 4)),
    type,
    family: familyOf(type),
    number: Number(text.slice(6)),
  };
}

function familyOf(type: number): SerialNumber['family'] {
  if (LINKY_TYPES.has(type)) return 'linky';
  if (SEI_TYPES.has(type)) return 'linkySei';
  return ABROAD_TYPES.has(type) ? 'abroad' : null;
}
