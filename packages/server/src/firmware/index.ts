export { FirmwareLog } from './firmware-log.ts';
export { addFirmwareRoutes, type FirmwareRoutes } from './firmware-routes.ts';
export { FIRMWARE_FOLDER, ImageStore } from './image-store.ts';
export type { Heard } from './sensor-update.ts';
export { FIRMWARE_KEYS } from './signing-keys.ts';
export { type SensorTarget, sensorTargets } from './targets.ts';
export { FirmwareUpdates, type FirmwareUpdatesOptions } from './updates.ts';
