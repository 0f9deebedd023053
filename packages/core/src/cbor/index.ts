export {
  type CborDecodeOptions,
  type CborFault,
  type CborItem,
  decodeCbor,
  decodeCborItem,
} from './decode.ts';
export { type CborEncodeOptions, encodeCbor } from './encode.ts';
export { formatCbor } from './format.ts';
export { decodeUtf8, encodeUtf8, invalidUtf8At } from './utf8.ts';
export { type CborInput, type CborKey, type CborMap, type CborValue, isCborMap } from './value.ts';
