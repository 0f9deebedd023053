import { parseHex, toHex } from '@kilowink/core/bytes';
import { decodeUtf8, encodeUtf8, invalidUtf8At } from '@kilowink/core/cbor';
import {
  settingsCommit,
  settingsDelete,
  settingsLoad,
  settingsRead,
  settingsSave,
  settingsWrite,
} from '@kilowink/core/smp';
import { cliError } from '../errors.ts';
import { printAnswer, withClient } from './device.ts';
import type { DeviceOptions } from './options.ts';

/** How a value is written on the command line. */
export interface ValueOptions extends DeviceOptions {
  /** As hex digits. */
  readonly hex?: boolean;
  /** As a little-endian number of so many bits, as C keeps it. */
  readonly u8?: boolean;
  readonly u16?: boolean;
  readonly u32?: boolean;
}

function widthOf({ u8, u16, u32 }: ValueOptions): 1 | 2 | 4 | null {
  if (u8 === true) return 1;
  if (u16 === true) return 2;
  return u32 === true ? 4 : null;
}

function valueBytes(text: string, options: ValueOptions): Uint8Array {
  const width = widthOf(options);
  if (options.hex === true) {
    const bytes = parseHex(text);
    if (bytes === null) throw cliError('cli/usage', { reason: `expected hex digits, "${text}" came` });
    return bytes;
  }
  if (width === null) return encodeUtf8(text);
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number >= 2 ** (8 * width)) {
    throw cliError('cli/usage', { reason: `expected a number of ${8 * width} bits, "${text}" came` });
  }
  return Uint8Array.from({ length: width }, (_, at) => Math.floor(number / 2 ** (8 * at)) & 0xff);
}

/** A value as it can be shown: a text where it is one (C's zero at its end left out), else hex. */
export function showValue(value: Uint8Array, options: ValueOptions = {}): string {
  const width = widthOf(options);
  if (width !== null && value.length >= width) {
    return String(value.slice(0, width).reduceRight((sum, byte) => sum * 256 + byte, 0));
  }
  const text = value.at(-1) === 0 ? value.subarray(0, -1) : value;
  const isText =
    text.length > 0 && invalidUtf8At(text) < 0 && text.every((byte) => byte >= 0x20 && byte !== 0x7f);
  return isText && options.hex !== true ? decodeUtf8(text) : toHex(value);
}

/** `smp settings get`. */
export function getSetting(target: string, name: string, options: ValueOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const { value } = await client.request(settingsRead, { name });
    printAnswer({ name, value }, () => [showValue(value, options)], options);
  });
}

/** `smp settings set`: changed, and saved unless told otherwise. */
export function setSetting(
  target: string,
  name: string,
  { value, ...options }: ValueOptions & { readonly value: string; readonly save?: boolean },
): Promise<void> {
  const bytes = valueBytes(value, options);
  return withClient(target, options, async (client) => {
    await client.request(settingsWrite, { name, value: bytes });
    await client.request(settingsCommit, {});
    if (options.save !== false) await client.request(settingsSave, {});
    const how = options.save === false ? 'until its next start' : 'and saved';
    printAnswer({ name, value: bytes }, () => [`${name} is set ${how}`], options);
  });
}

/** `smp settings delete`. */
export function deleteSetting(target: string, name: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    await client.request(settingsDelete, { name });
    printAnswer({ name }, () => [`${name} is deleted`], options);
  });
}

const STEPS = { commit: settingsCommit, load: settingsLoad, save: settingsSave } as const;
const SAID = { commit: 'what was set is in force', load: 'loaded', save: 'saved' } as const;

/** `smp settings commit|load|save`. */
export function allSettings(step: keyof typeof STEPS, target: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    await client.request(STEPS[step], {});
    printAnswer({ done: step }, () => [SAID[step]], options);
  });
}
