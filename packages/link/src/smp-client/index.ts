export {
  type RequestOptions,
  refusalBehind,
  SmpClient,
  type SmpCounters,
  type SmpLimits,
} from './client.ts';
export { connectSmp, type OpenGattPort, openTransport } from './connect.ts';
export { downloadFile, type FileProgress, uploadFile } from './files.ts';
export { SerialHost } from './serial-host.ts';
export { CONSOLE_BAUD, openSerialTransport } from './serial-transport.ts';
export { formatTarget, parseTarget, type Target } from './target.ts';
export { Listeners, type SmpTransport, type Stop } from './transport.ts';
export { openUdpTransport, SMP_PORT } from './udp-transport.ts';
export {
  type SlotState,
  type UpdateOptions,
  type UpdateOutcome,
  type UpdateStep,
  updateFirmware,
} from './update.ts';
export { type UploadOptions, type UploadProgress, uploadImage } from './upload.ts';
