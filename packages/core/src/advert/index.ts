export {
  AD_TYPE,
  ADVERT_BYTES_MAX,
  type AdStructure,
  type AdStructures,
  encodeAdStructures,
  parseAdStructures,
} from './ad-structures.ts';
export { type Advertisement, type Phy, parseAddress } from './advertisement.ts';
export {
  BIND_KEY_BYTES,
  BTHOME_UUID,
  type Bthome,
  type BthomeValue,
  decodeBthome,
  isEncryptedBthome,
  type OpenSealed,
} from './bthome.ts';
export type { BthomeProperty } from './bthome-objects.ts';
export { HciAdvertReader } from './hci-reports.ts';
export { type AdvertContent, encodeReportAdvert, type ReadAdvert, readAdvert } from './read-advert.ts';
