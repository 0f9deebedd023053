import { basename } from 'node:path';
import { toHex } from '@kilowink/core/bytes';
import { fileClose, fileHash, fileHashTypes, fileStatus } from '@kilowink/core/smp';
import { downloadFile, uploadFile } from '@kilowink/link/smp-client';
import { readBytes, writeBytes } from '../fw/firmware-file.ts';
import { alignLabels, formatCount } from '../term/format.ts';
import { progressBar } from '../term/progress.ts';
import { printAnswer, withClient } from './device.ts';
import type { DeviceOptions } from './options.ts';

/** `smp fs get`: a file of the device into one here; `-` prints it. */
export function getFile(
  target: string,
  path: string,
  options: DeviceOptions & { readonly output?: string },
): Promise<void> {
  return withClient(target, options, async (client) => {
    const bar = progressBar('Reading');
    const content = await downloadFile(client, path, (done, total) => bar.update(done, total));
    bar.end();
    const output = options.output ?? basename(path);
    if (output === '-') {
      process.stdout.write(content);
      return;
    }
    writeBytes(output, content);
    printAnswer(
      { path, output, lengthBytes: content.length },
      () => [`${output}: ${formatCount(content.length)} bytes`],
      options,
    );
  });
}

/** `smp fs put`: a file from here onto the device. */
export function putFile(
  target: string,
  input: string,
  { path, ...options }: DeviceOptions & { readonly path: string },
): Promise<void> {
  const content = readBytes(input);
  return withClient(target, options, async (client) => {
    const bar = progressBar('Writing');
    await uploadFile(client, path, { content, onProgress: (done, total) => bar.update(done, total) });
    bar.end();
    printAnswer(
      { path, lengthBytes: content.length },
      () => [`${path}: ${formatCount(content.length)} bytes`],
      options,
    );
  });
}

/** `smp fs stat`. */
export function statFile(target: string, path: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const { lengthBytes } = await client.request(fileStatus, { name: path });
    printAnswer({ path, lengthBytes }, () => [`${formatCount(lengthBytes)} bytes`], options);
  });
}

/** `smp fs hash`. */
export function hashFile(
  target: string,
  path: string,
  options: DeviceOptions & { readonly type?: string },
): Promise<void> {
  return withClient(target, options, async (client) => {
    const type = options.type === undefined ? {} : { type: options.type };
    const reply = await client.request(fileHash, { name: path, ...type });
    const { output } = reply;
    const shown = typeof output === 'number' ? output.toString(16).padStart(8, '0') : toHex(output);
    printAnswer(reply, () => [`${reply.type} ${shown}  ${formatCount(reply.lengthBytes)} bytes`], options);
  });
}

/** `smp fs types`: what the device can compute. */
export function hashTypes(target: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    const { types } = await client.request(fileHashTypes, {});
    const rows = [...types].map(([name, { sizeBytes }]) => [name, `${sizeBytes} bytes`] as const);
    printAnswer(types, () => alignLabels(rows), options);
  });
}

/** `smp fs close`: lets go of a file whose transfer was broken off. */
export function closeFile(target: string, options: DeviceOptions): Promise<void> {
  return withClient(target, options, async (client) => {
    await client.request(fileClose, {});
    printAnswer({ closed: true }, () => ['closed'], options);
  });
}
