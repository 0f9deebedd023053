export {
  type BuildOptions,
  buildImage,
  type ImageSigner,
  type PadOptions,
  padImage,
  trailerBytes,
} from './build.ts';
export {
  ERASED,
  IMAGE_FLAG,
  IMAGE_HEADER_BYTES,
  IMAGE_MAGIC,
  PROTECTED_TLV_MAGIC,
  TLV,
  TLV_MAGIC,
  TRAILER_ALIGN_BYTES,
  TRAILER_MAGIC,
} from './format.ts';
export { type ImageFault, type McubootImage, parseImage, type Sha256, type Tlv } from './parse.ts';
export { compareVersions, formatVersion, type ImageVersion, parseVersion } from './version.ts';
