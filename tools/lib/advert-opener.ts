import { createDecipheriv } from 'node:crypto';
import type { OpenSealed } from '../../packages/core/src/advert/index.ts';

/** Opens what was sealed with a bind key. */
export function openWith(key: Uint8Array): OpenSealed {
  return ({ nonce, ciphertext, tag }) => {
    const decipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: 4 });
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } catch {
      return null;
    }
  };
}
