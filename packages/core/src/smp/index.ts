export { decodeBase64, encodeBase64 } from './base64.ts';
export {
  type Command,
  command,
  type Duration,
  OPERATION,
  type Operation,
  type ReplyOf,
  type RequestOf,
} from './command.ts';
export { COMMAND_GROUPS, COMMANDS, findCommand } from './commands.ts';
export {
  ConsoleDecoder,
  type ConsoleItem,
  encodeConsolePacket,
  LINE_BYTES_MAX,
  PACKET_BYTES_MAX,
} from './console-framing.ts';
export { crc16 } from './crc16.ts';
export { ASSEMBLED_BYTES_MAX, type Assembled, FrameAssembler } from './frame-assembler.ts';
export * from './groups/basic.ts';
export * from './groups/enumeration.ts';
export * from './groups/files.ts';
export * from './groups/image.ts';
export * from './groups/os.ts';
export * from './groups/settings.ts';
export * from './groups/shell.ts';
export * from './groups/statistics.ts';
export {
  BODY_BYTES_MAX,
  decodeFrame,
  decodeHeader,
  encodeFrame,
  HEADER_BYTES,
  type HeaderFault,
  OP,
  type SmpFrame,
  type SmpHeader,
  type SmpVersion,
} from './header.ts';
export {
  decodeReply,
  encodeReply,
  encodeRequest,
  isReplyTo,
  type ReplyFault,
  type RequestFrame,
} from './message.ts';
export {
  COMMON_REFUSALS,
  formatRefusal,
  GROUPS,
  type Refusal,
  type RefusalRow,
  refusalOf,
} from './refusals.ts';
export { RoundTrip, type RoundTripOptions } from './round-trip.ts';
export { type Piece, UploadWindow, type UploadWindowOptions } from './upload-window.ts';
export {
  anyMap,
  byteString,
  type Field,
  type Fields,
  field,
  flag,
  listOf,
  type Misfit,
  namedMap,
  namedMapAmongOthers,
  numberOrBytes,
  optional,
  struct,
  type Taken,
  text,
  truth,
  type ValueOf,
  type WireType,
  whole,
} from './wire-type.ts';
