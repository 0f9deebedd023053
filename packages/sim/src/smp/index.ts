export { type DeviceCounters, SmpDevice } from './device.ts';
export { type LinkFaults, LossyLink } from './lossy-link.ts';
export type { DeviceOutput, SmpDeviceOptions, TimedPeer } from './options.ts';
export { noiseImage } from './test-image.ts';
