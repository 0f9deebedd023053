export { DEVICE_SERVICES, discoverMdns, type FoundService, type MdnsOptions } from './mdns.ts';
