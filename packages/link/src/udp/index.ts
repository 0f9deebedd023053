export { type Peer, PeerRunner, peerNowMs } from './peer-runner.ts';
export { UdpHost, type UdpHostOptions } from './udp-host.ts';
export { UdpPort } from './udp-port.ts';
