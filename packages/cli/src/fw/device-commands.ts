import { existsSync } from 'node:fs';
import { parseHex, toHex } from '@kilowink/core/bytes';
import {
  imageErase,
  imageSetState,
  imageSlotInfo,
  imageState,
  osBootloaderInfo,
  osInfo,
  osReset,
} from '@kilowink/core/smp';
import { refusalBehind, type SmpClient, updateFirmware, uploadImage } from '@kilowink/link/smp-client';
import { cliError } from '../errors.ts';
import { openDevice, printAnswer, releaseDevices, resolveTarget, withClient } from '../smp/device.ts';
import type { DeviceOptions } from '../smp/options.ts';
import { alignLabels, formatCount } from '../term/format.ts';
import { styleFor } from '../term/style.ts';
import { describeImage, readFirmware } from './firmware-file.ts';
import { type SlotRow, slotLines } from './slots.ts';
import { UploadBar, uploadSummary } from './upload-progress.ts';

/** What commands that send a file are told beside. */
export interface SendOptions extends DeviceOptions {
  readonly key?: string;
  readonly upgradeOnly?: boolean;
  readonly trial?: boolean;
}

/** `fw list`: what is in the slots. */
export function listSlots(target: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const { images } = await client.request(imageState, {});
    printAnswer(images, () => slotLines(images), options);
  });
}

/** `fw info`: what a file is, or what runs on a device. */
export async function info(place: string, options: SendOptions): Promise<void> {
  if (existsSync(place) && !place.startsWith('/dev/')) {
    const file = readFirmware(place, options.key);
    const rows = describeImage(file);
    printAnswer(Object.fromEntries(rows), () => alignLabels(rows), options);
    return;
  }
  await withClient(place, options, async (client) => {
    const rows = await deviceRows(client);
    printAnswer(Object.fromEntries(rows), () => alignLabels(rows), options);
  });
}

async function deviceRows(client: SmpClient): Promise<(readonly [string, string])[]> {
  const system = await known(() => client.request(osInfo, { format: 'a' }));
  const loader = await known(() => client.request(osBootloaderInfo, {}));
  const slots = await known(() => client.request(imageSlotInfo, {}));
  const limits = await client.limits();
  const sizes = slots?.images.flatMap((image) =>
    image.slots.map(({ slot, sizeBytes }) => `slot ${slot}: ${formatCount(sizeBytes ?? 0)} bytes`),
  );
  return [
    ['system', system?.output ?? 'not told'],
    ['boot loader', String(loader?.get('bootloader') ?? 'not told')],
    ['slots', sizes?.join(', ') ?? 'not told'],
    ['frames', `${limits.frameBytes} bytes, ${limits.parallel} at once`],
  ];
}

/** The answer; null where the device does not know the command. */
async function known<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (refusalBehind(error) === null) throw error;
    return null;
  }
}

/** `fw upload`: a file into the second slot, nothing more. */
export async function upload(target: string, path: string, options: SendOptions): Promise<void> {
  const { bytes, image } = readFirmware(path, options.key);
  await withClient(target, options, async (client) => {
    const bar = new UploadBar();
    const startMs = performance.now();
    try {
      const progress = await uploadImage(client, bytes, {
        imageHash: image.hash,
        upgradeOnly: options.upgradeOnly === true,
        onProgress: (each) => bar.show(each),
      });
      bar.end();
      const summary = uploadSummary(progress, performance.now() - startMs);
      printAnswer({ ...progress, hash: image.hash }, () => [summary, `hash ${toHex(image.hash)}`], options);
    } finally {
      bar.end();
    }
  });
}

/** `fw test` and `fw confirm`: which image is started next, and stays. */
export function setState(
  target: string,
  hash: string | undefined,
  options: DeviceOptions & { readonly confirm: boolean },
): Promise<void> {
  return withClient(target, options, async (client) => {
    const { confirm } = options;
    const chosen = await chooseHash(client, hash, confirm);
    const { images } = await client.request(imageSetState, {
      confirm,
      ...(chosen === null ? {} : { hash: chosen }),
    });
    printAnswer(images, () => slotLines(images), options);
  });
}

/** A hash by its first digits; without one, what runs is confirmed, and what is in the second slot is tried. */
async function chooseHash(
  client: SmpClient,
  text: string | undefined,
  confirm: boolean,
): Promise<Uint8Array | null> {
  if (text === undefined && confirm) return null;
  const { images } = await client.request(imageState, {});
  const isMeant = ({ slot, hash }: SlotRow) =>
    hash !== undefined && (text === undefined ? slot > 0 : toHex(hash).startsWith(text.toLowerCase()));
  const found = images.filter(isMeant);
  const [first] = found;
  if (found.length === 1 && first?.hash !== undefined) return first.hash;
  if (text !== undefined && found.length === 0 && parseHex(text)?.length === 32) return parseHex(text);
  const reason =
    text === undefined ? 'the second slot holds no image' : `${found.length} images begin with ${text}`;
  throw cliError('cli/usage', { reason });
}

/** `fw erase`: the second slot. */
export function erase(target: string, options: DeviceOptions & { readonly slot: number }): Promise<void> {
  return withClient(target, options, async (client) => {
    await client.request(imageErase, { slot: options.slot });
    printAnswer({ slot: options.slot }, () => [`slot ${options.slot} is erased`], options);
  });
}

/** `fw reset`: starts the device anew. */
export function reset(target: string, options: DeviceOptions & { readonly force?: boolean }): Promise<void> {
  return withClient(target, options, async (client) => {
    await client.request(osReset, options.force === true ? { force: 1 } : {});
    printAnswer({ reset: true }, () => ['it starts anew'], options);
  });
}

/** `fw update`: upload, trial, restart, check, confirmation. */
export async function update(target: string, path: string, options: SendOptions): Promise<void> {
  const { bytes, image } = readFirmware(path, options.key);
  const place = resolveTarget(target, options);
  const bar = new UploadBar();
  const style = styleFor(process.stderr);
  const startMs = performance.now();
  try {
    const outcome = await updateFirmware({
      connect: () => openDevice(place, options),
      ...{ image, file: bytes, leaveOnTrial: options.trial === true },
      onProgress: (progress) => bar.show(progress),
      onStep: (step, note) => {
        bar.end();
        if (options.json !== true) console.error(`${style.strong(step.padEnd(8))} ${note}`);
      },
    });
    const { upload: sent } = outcome;
    const summary = sent === null ? [] : [uploadSummary(sent, performance.now() - startMs)];
    printAnswer(outcome, () => [...summary, `${outcome.kind}: ${outcome.after} runs`], options);
  } finally {
    bar.end();
    await releaseDevices(place);
  }
}
