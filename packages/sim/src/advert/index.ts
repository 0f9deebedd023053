export { type Broadcast, Broadcaster, type BroadcastForm, type BroadcastOptions } from './broadcaster.ts';
export { extendedReportPackets, legacyReportPacket } from './hci-events.ts';
export { type Heard, hearBroadcasts } from './hear.ts';
export { windowLossChance, windowsLostPerDay } from './loss.ts';
