import { areEqualBytes, sha256 } from '@kilowink/core/hash';
import { compareVersions, formatVersion, IMAGE_MAGIC } from '@kilowink/core/image';
import {
  IMAGE_GROUP,
  imageErase,
  imageSetState,
  imageSlotInfo,
  imageState,
  imageUpload,
  type RequestOf,
} from '@kilowink/core/smp';
import { type Answer, type DeviceContext, type Refused, refuse } from '../context.ts';
import { emptyTrailer, type Slot } from '../flash.ts';
import { done, type Work } from '../operation.ts';
import { handler } from './handler.ts';

type UploadRequest = RequestOf<typeof imageUpload>;

const REFUSAL = {
  noFreeSlot: 9,
  invalidSlot: 14,
  lengthMissing: 21,
  headerShort: 22,
  headerMagic: 23,
  invalidHash: 24,
  hashNotFound: 8,
  runningIsNewer: 27,
  imageTooLarge: 30,
  dataOverrun: 31,
  testActiveDenied: 33,
} as const;

function refused(name: keyof typeof REFUSAL): Refused {
  return refuse(IMAGE_GROUP, REFUSAL[name]);
}

function isTrial({ trailer }: Slot): boolean {
  return trailer.magic && trailer.copyDone && !trailer.imageOk;
}

/** The slots as the device lists them. */
function states({ flash }: DeviceContext) {
  const [first, second] = flash.slots;
  const images = flash.slots.flatMap((slot, index) => {
    if (slot.image === null) return [];
    const { version, hash } = slot.image;
    const isActive = index === 0;
    const isOnTrial = isTrial(first);
    return [
      {
        ...{
          image: 0,
          slot: index,
          version: formatVersion(version).replace('+', '.'),
          hash,
          isBootable: true,
          isActive,
        },
        isPending: !isActive && second.trailer.magic,
        isConfirmed: isActive ? !isOnTrial : isOnTrial,
        isPermanent: !isActive && second.trailer.magic && second.trailer.imageOk,
      },
    ];
  });
  return { images, splitStatus: 0 };
}

function* setState(
  device: DeviceContext,
  hash: Uint8Array | undefined,
  confirm: boolean,
): Answer<ReturnType<typeof states>> {
  const [first, second] = device.flash.slots;
  const has = (slot: Slot) =>
    hash !== undefined && slot.image !== null && areEqualBytes(slot.image.hash, hash);
  if (hash === undefined || has(first)) {
    if (!confirm) return hash === undefined ? refuse(null, 3) : refused('testActiveDenied');
    yield { durationMs: 1, apply: () => Object.assign(first.trailer, { imageOk: true }) };
  } else if (has(second)) {
    if (isTrial(first)) return refuse(null, 6);
    yield {
      durationMs: 1,
      apply: () => Object.assign(second.trailer, { magic: true, imageOk: second.trailer.imageOk || confirm }),
    };
  } else return refused('hashNotFound');
  return states(device);
}

/** Erases the sectors that an image of this size needs, and the trailer. */
function* erase(device: DeviceContext, slot: Slot, sizeBytes: number): Work {
  slot.trailer = emptyTrailer();
  for (let sector = 0; sector < slot.sectors; sector += 1) {
    if (sector * slot.sectorBytes >= sizeBytes && slot.usedSectors() <= sector) return;
    yield {
      durationMs: device.times.eraseSectorMs,
      apply: () => slot.eraseSector(sector),
      tear: () => slot.tearSector(sector),
    };
  }
}

/** Why a first piece is refused; null when it is not. Source: Zephyr, `img_mgmt_upload_inspect`. */
function wrongStart(
  device: DeviceContext,
  { data, lengthBytes, sha256: sha, upgradeOnly }: UploadRequest,
): Refused | null {
  const [first, second] = device.flash.slots;
  if (data.length < 32) return refused('headerShort');
  if (lengthBytes === undefined) return refused('lengthMissing');
  if (new DataView(data.buffer, data.byteOffset).getUint32(0, true) !== IMAGE_MAGIC)
    return refused('headerMagic');
  if (sha !== undefined && sha.length > 32) return refused('invalidHash');
  if (second.trailer.magic || isTrial(first)) return refused('noFreeSlot');
  if (lengthBytes > second.bytes.length) return refused('imageTooLarge');
  if (upgradeOnly !== true || first.image === null) return null;
  const [major = 0, minor = 0] = data.subarray(20, 22);
  const revision = (data[22] ?? 0) + 256 * (data[23] ?? 0);
  const isNewer =
    compareVersions({ major, minor, revision, build: 0 }, { ...first.image.version, build: 0 }) > 0;
  return isNewer ? null : refused('runningIsNewer');
}

interface UploadReply {
  readonly offset?: number;
  readonly isMatching?: boolean;
}

/** Begins an upload, or says where one of the same file stopped; null when the piece is to be written. */
function* startUpload(device: DeviceContext, request: UploadRequest): Work<UploadReply | Refused | null> {
  const sha256Told = request.sha256 ?? null;
  const known = device.upload;
  const isSame = known?.sha256 != null && sha256Told !== null && areEqualBytes(known.sha256, sha256Told);
  if (isSame) return { offset: known.offset };
  const wrong = wrongStart(device, request);
  if (wrong !== null) return wrong;
  device.upload = { lengthBytes: request.lengthBytes ?? 0, sha256: sha256Told, offset: 0 };
  yield* erase(device, device.flash.slots[1], device.upload.lengthBytes);
  return null;
}

function* upload(device: DeviceContext, request: UploadRequest): Answer<UploadReply> {
  const { offset, data } = request;
  const slot = device.flash.slots[1];
  const outcome = offset === 0 ? yield* startUpload(device, request) : null;
  if (outcome !== null) return outcome;
  const state = device.upload;
  if (state === null || offset !== state.offset) return { offset: state?.offset ?? 0 };
  if (offset + data.length > state.lengthBytes) return refused('dataOverrun');
  yield {
    durationMs: (device.times.writeSectorMs * data.length) / slot.sectorBytes,
    apply: () => slot.write(offset, data),
    tear: () => slot.write(offset, data.subarray(0, data.length >> 1)),
  };
  state.offset += data.length;
  if (state.offset < state.lengthBytes) return { offset: state.offset };
  device.upload = null;
  if (device.options.checksUpload !== true || state.sha256 === null) return { offset: state.offset };
  const isMatching = areEqualBytes(sha256(slot.bytes.subarray(0, state.lengthBytes)), state.sha256);
  return { offset: state.offset, isMatching };
}

function* eraseSlot(device: DeviceContext, index: number): Answer<object> {
  const slot = device.flash.slots[1];
  if (index !== 1) return refused('invalidSlot');
  if (slot.trailer.magic || isTrial(device.flash.slots[0])) return refuse(null, 6);
  device.upload = null;
  yield* erase(device, slot, 0);
  return {};
}

/** What the device does for its images. */
export const IMAGE_HANDLERS = [
  handler(imageState, (device) => done(states(device))),
  handler(imageSetState, (device, { hash, confirm }) => setState(device, hash, confirm)),
  handler(imageUpload, upload),
  handler(imageErase, (device, { slot = 1 }) => eraseSlot(device, slot)),
  handler(imageSlotInfo, ({ flash }) => {
    const slots = flash.slots.map(({ bytes }, slot) => ({
      slot,
      sizeBytes: bytes.length,
      ...(slot === 1 ? { uploadImage: 1 } : {}),
    }));
    return done({ images: [{ image: 0, slots }] });
  }),
];
