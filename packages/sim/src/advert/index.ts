export { type AttCharacteristic, AttServer, type AttServerOptions } from './att-server.ts';
export { type Broadcast, Broadcaster, type BroadcastForm, type BroadcastOptions } from './broadcaster.ts';
export { HciController, type HciControllerOptions, type ScanState } from './hci-controller.ts';
export { extendedReportPackets, legacyReportPacket } from './hci-events.ts';
export { type Heard, hearBroadcasts } from './hear.ts';
export { windowLossChance, windowsLostPerDay } from './loss.ts';
