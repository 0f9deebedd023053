/** One switching time of a day (PJOURF+1, PPOINTE), Enedis-NOI-CPT_54E §6.2.3.22. */
export interface ProfileSlot {
  /** Minutes after local midnight. */
  readonly startMin: number;
  /** What the dry contact does. */
  readonly contact: 'unchanged' | 'tempo' | 'open' | 'close';
  /** The virtual contacts 1 to 7 that are closed. */
  readonly virtualContacts: readonly number[];
  /** The supplier's index from then on, 1 to 10; null leaves it. */
  readonly index: number | null;
}

/** How the hour and minute are written: some meters write them in hexadecimal; `auto` looks at the whole profile. */
export type ProfileTimes = 'auto' | 'decimal' | 'hexadecimal';

const UNUSED = 'NONUTILE';
const BLOCK = 8;
const BLOCKS = 11;
const SPACE = 0x20;
const CONTACTS = ['unchanged', 'tempo', 'open', 'close'] as const;

/** Whether the bytes from `from` have the form of a profile: eleven blocks of eight, a space between. */
export function isProfile(bytes: Uint8Array, from: number): boolean {
  for (let block = 0; block < BLOCKS; block++) {
    const at = from + block * (BLOCK + 1);
    if (block > 0 && bytes[at - 1] !== SPACE) return false;
    if (!isBlock(bytes, at)) return false;
  }
  return true;
}

/** Hexadecimal digits, or not used. */
function isBlock(bytes: Uint8Array, from: number): boolean {
  let isHexadecimal = true;
  let isUnused = true;
  for (let at = 0; at < BLOCK; at++) {
    const byte = bytes[from + at] as number;
    isHexadecimal &&= (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46);
    isUnused &&= byte === UNUSED.charCodeAt(at);
  }
  return isHexadecimal || isUnused;
}

/**
 * The switching times of a profile, or null where one of them is no time of a day. `auto` takes the profile as
 * hexadecimal when one of its times can be nothing else; `16004001` alone could be 16:00 or 22:00 and is taken as decimal.
 */
export function decodeProfile(text: string, times: ProfileTimes = 'auto'): readonly ProfileSlot[] | null {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  if (bytes.length !== BLOCKS * (BLOCK + 1) - 1 || !isProfile(bytes, 0)) return null;
  const blocks = text.split(' ').filter((block) => block !== UNUSED);
  const isHexadecimal = times === 'auto' ? blocks.some(isSurelyHexadecimal) : times === 'hexadecimal';
  const slots = blocks.map((block) => decodeBlock(block, isHexadecimal));
  return slots.every((slot) => slot !== null) ? slots : null;
}

function isSurelyHexadecimal(block: string): boolean {
  const [hours, minutes] = [block.slice(0, 2), block.slice(2, 4)];
  return /[A-F]/.test(hours + minutes) || Number(minutes) > 59;
}

function decodeBlock(block: string, isHexadecimal: boolean): ProfileSlot | null {
  const radix = isHexadecimal ? 16 : 10;
  const time = block.slice(0, 4);
  if (!isHexadecimal && /[A-F]/.test(time)) return null;
  const hours = Number.parseInt(time.slice(0, 2), radix);
  const minutes = Number.parseInt(time.slice(2), radix);
  if (hours > 23 || minutes > 59) return null;
  const action = Number.parseInt(block.slice(4), 16);
  const index = action & 0xf;
  return {
    startMin: 60 * hours + minutes,
    contact: CONTACTS[action >> 14] as ProfileSlot['contact'],
    virtualContacts: [1, 2, 3, 4, 5, 6, 7].filter((number) => ((action >> (3 + number)) & 1) === 1),
    index: index >= 1 && index <= 10 ? index : null,
  };
}
