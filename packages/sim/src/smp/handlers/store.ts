import { crc32 } from '@kilowink/core/bytes';
import { sha256 } from '@kilowink/core/hash';
import {
  BASIC_GROUP,
  FILES_GROUP,
  fileClose,
  fileHash,
  fileHashTypes,
  fileRead,
  fileStatus,
  fileWrite,
  type RequestOf,
  SETTINGS_GROUP,
  settingsCommit,
  settingsDelete,
  settingsLoad,
  settingsRead,
  settingsSave,
  settingsWrite,
  storageErase,
} from '@kilowink/core/smp';
import { type Answer, type DeviceContext, refuse } from '../context.ts';
import { done } from '../operation.ts';
import { handler } from './handler.ts';

const FILE = { notFound: 3, offsetInvalid: 11, offsetBeyond: 12, hashUnknown: 13 } as const;
const NO_SETTING = 3;

/** Most a file's piece holds beside the frame's header and the other entries. */
const PIECE_OVERHEAD_BYTES = 48;

function noFile() {
  return refuse(FILES_GROUP, FILE.notFound);
}

function readFile(device: DeviceContext, { name, offset }: RequestOf<typeof fileRead>) {
  const file = device.files.get(name);
  if (file === undefined) return noFile();
  if (offset > file.length) return refuse(FILES_GROUP, FILE.offsetBeyond);
  const pieceBytes = (device.options.bufferBytes ?? 1_024) - PIECE_OVERHEAD_BYTES;
  const data = file.subarray(offset, offset + pieceBytes);
  return { offset, data, ...(offset === 0 ? { lengthBytes: file.length } : {}) };
}

function writeFile(device: DeviceContext, { name, offset, data }: RequestOf<typeof fileWrite>) {
  const file = offset === 0 ? new Uint8Array(0) : device.files.get(name);
  if (file === undefined) return noFile();
  if (offset !== file.length) return refuse(FILES_GROUP, FILE.offsetInvalid);
  device.files.set(name, Uint8Array.from([...file, ...data]));
  return { offset: offset + data.length };
}

function hashFile(device: DeviceContext, request: RequestOf<typeof fileHash>) {
  const { name, type = 'crc32', offset = 0, lengthBytes } = request;
  const file = device.files.get(name);
  if (file === undefined) return noFile();
  const part = file.subarray(offset, offset + (lengthBytes ?? file.length));
  if (type !== 'crc32' && type !== 'sha256') return refuse(FILES_GROUP, FILE.hashUnknown);
  const output = type === 'crc32' ? crc32(part) : sha256(part);
  return { type, lengthBytes: part.length, output, ...(offset === 0 ? {} : { offset }) };
}

function* eraseStorage(device: DeviceContext): Answer<object> {
  yield { durationMs: 8 * device.times.eraseSectorMs };
  if (device.options.unknownCommands?.includes('storage')) return refuse(BASIC_GROUP, 2);
  device.storedSettings.clear();
  return {};
}

function copyInto(
  target: Map<string, Uint8Array>,
  source: ReadonlyMap<string, Uint8Array>,
  branch = '',
): void {
  for (const [name, value] of source) {
    if (branch === '' || name === branch || name.startsWith(`${branch}/`)) target.set(name, value);
  }
}

/** What the device does for settings, files and its storage. */
export const STORE_HANDLERS = [
  handler(settingsRead, ({ settings }, { name, sizeBytesMax = 512 }) => {
    const value = settings.get(name);
    return done(
      value === undefined ? refuse(SETTINGS_GROUP, NO_SETTING) : { value: value.slice(0, sizeBytesMax) },
    );
  }),
  handler(settingsWrite, ({ settings }, { name, value }) => {
    settings.set(name, value);
    return done({});
  }),
  handler(settingsDelete, ({ settings, storedSettings }, { name }) => {
    storedSettings.delete(name);
    return done(settings.delete(name) ? {} : refuse(SETTINGS_GROUP, NO_SETTING));
  }),
  handler(settingsCommit, () => done({})),
  handler(settingsLoad, ({ settings, storedSettings }) => {
    copyInto(settings, storedSettings);
    return done({});
  }),
  handler(settingsSave, ({ settings, storedSettings }, { name }) => {
    copyInto(storedSettings, settings, name);
    return done({});
  }),
  handler(fileRead, (device, request) => done(readFile(device, request))),
  handler(fileWrite, (device, request) => done(writeFile(device, request))),
  handler(fileStatus, ({ files }, { name }) => {
    const file = files.get(name);
    return done(file === undefined ? noFile() : { lengthBytes: file.length });
  }),
  handler(fileHash, (device, request) => done(hashFile(device, request))),
  handler(fileHashTypes, () =>
    done({
      types: new Map([
        ['crc32', { format: 0, sizeBytes: 4 }],
        ['sha256', { format: 1, sizeBytes: 32 }],
      ]),
    }),
  ),
  handler(fileClose, () => done({})),
  handler(storageErase, eraseStorage),
];
