import { type CborInput, encodeCbor, encodeUtf8 } from '../cbor/index.ts';
import { GATEWAY_VERSION, type GatewayMessage } from './message.ts';

/** The message as bytes: compact JSON, or the same map as CBOR, some third smaller. */
export function encodeGatewayMessage(message: GatewayMessage, form: 'json' | 'cbor' = 'json'): Uint8Array {
  const tree = toTree(message);
  return form === 'json' ? encodeUtf8(JSON.stringify(tree)) : encodeCbor(tree);
}

function toTree(message: GatewayMessage): { readonly [key: string]: CborInput } {
  const { boot, sequence, ageMs, atMs, state, groups, vitals, past } = message;
  return {
    ...{ v: GATEWAY_VERSION, boot, seq: sequence },
    ...(ageMs === 0 ? {} : { age: ageMs }),
    ...(atMs === null ? {} : { at: atMs }),
    ...(state === 'complete' ? {} : { state }),
    groups,
    ...(vitals === null ? {} : { vitals: { ...vitals } as { readonly [key: string]: CborInput } }),
    ...(past === null ? {} : { past: pastTree(past) }),
  };
}

function pastTree({ newest, ageMs, min, mean, max }: NonNullable<GatewayMessage['past']>): CborInput {
  return { newest, ...(ageMs === 0 ? {} : { age: ageMs }), min, mean, max };
}
