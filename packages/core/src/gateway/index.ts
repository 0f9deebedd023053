export { decodeGatewayMessage } from './decode.ts';
export { encodeGatewayMessage } from './encode.ts';
export {
  GATEWAY_BYTES_MAX,
  GATEWAY_FIELDS,
  GATEWAY_VERSION,
  type GatewayGroup,
  type GatewayMessage,
  type GatewayPast,
  type GatewayVitals,
  PAST_FIELDS,
  PAST_MINUTES_MAX,
  VITAL_FIELDS,
} from './message.ts';
