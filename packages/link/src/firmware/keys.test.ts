import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseHex } from '@kilowink/core/bytes';
import { buildImage, type McubootImage, parseImage, TLV } from '@kilowink/core/image';
import { readVectors } from '../../../../vectors/read-vectors.ts';
import { checkSignature, generateKeyPair, publicKeyInC, SIGNING_KINDS, signerOf } from './keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'kilowink-keys-'));
after(() => rmSync(folder, { recursive: true }));

interface Vector {
  name: string;
  hex: string;
  publicKey?: string;
  error?: string;
}

const vectors = readVectors<Vector>('vectors/image/images.jsonl');

function parsed(bytes: Uint8Array | null): McubootImage {
  assert.ok(bytes !== null);
  const image = parseImage(bytes);
  assert.ok(image.ok);
  return image.value;
}

const version = { major: 1, minor: 2, revision: 3, build: 4 };

function signed(privatePem: string): McubootImage {
  const options = { version, headerBytes: 512, hasHeaderRoom: false };
  return parsed(buildImage(new Uint8Array(1_000).fill(0x5a), options, signerOf(privatePem)));
}

function damaged(image: McubootImage): McubootImage {
  const tlvs = image.tlvs.map((tlv) => {
    if (tlv.type !== TLV.ecdsa && tlv.type !== TLV.ed25519 && tlv.type !== TLV.rsa2048) return tlv;
    const value = tlv.value.slice();
    value[20] = (value[20] ?? 0) ^ 1;
    return { ...tlv, value };
  });
  return { ...image, tlvs };
}

for (const { name, hex, publicKey } of vectors.filter(({ publicKey: key }) => key !== undefined)) {
  test(`image vector: ${name}: its signature is right under its key only`, () => {
    const image = parsed(parseHex(hex));
    assert.equal(checkSignature(image, publicKey ?? ''), 'right');
    assert.equal(checkSignature(damaged(image), publicKey ?? ''), 'wrong');
    for (const kind of SIGNING_KINDS) {
      assert.equal(checkSignature(image, generateKeyPair(kind).publicPem), 'other-key');
    }
  });
}

for (const kind of SIGNING_KINDS) {
  test(`${kind}: what is signed is right, by the private key too`, () => {
    const { privatePem, publicPem } = generateKeyPair(kind);
    const image = signed(privatePem);
    assert.equal(checkSignature(image, publicPem), 'right');
    assert.equal(checkSignature(image, privatePem), 'right');
    assert.equal(checkSignature(damaged(image), publicPem), 'wrong');
    assert.equal(checkSignature(image, generateKeyPair(kind).publicPem), 'other-key');
  });

  test(`${kind}: openssl finds the signature right, and a damaged one wrong`, () => {
    const { privatePem, publicPem } = generateKeyPair(kind);
    const image = signed(privatePem);
    const at = (name: string) => join(folder, `${kind}-${name}`);
    writeFileSync(at('public.pem'), publicPem);
    writeFileSync(at('part'), kind === 'ed25519' ? image.hash : image.signedPart);
    const verify = (of: McubootImage) => {
      const type = kind === 'ed25519' ? TLV.ed25519 : TLV.ecdsa;
      writeFileSync(at('signature'), of.tlvs.find((tlv) => tlv.type === type)?.value ?? '');
      const how = kind === 'ed25519' ? ['-rawin'] : ['-rawin', '-digest', 'sha256'];
      const key = ['-pubin', '-inkey', at('public.pem'), '-sigfile', at('signature'), '-in', at('part')];
      execFileSync('openssl', ['pkeyutl', '-verify', ...how, ...key], { stdio: 'pipe' });
    };
    verify(image);
    assert.throws(() => verify(damaged(image)));
  });
}

test('an image nobody signed', () => {
  const image = parsed(
    buildImage(new Uint8Array(9), { version, headerBytes: 32, hasHeaderRoom: false }, null),
  );
  assert.equal(checkSignature(image, generateKeyPair('ed25519').publicPem), 'none');
});

test('a key that is none, or of no use, is refused', () => {
  assert.throws(() => signerOf('rubbish'), { code: 'firmware/key' });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  assert.throws(() => signerOf(pem), { code: 'firmware/key' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  assert.throws(() => signerOf(rsa.export({ type: 'pkcs8', format: 'pem' }).toString()), {
    code: 'firmware/key',
  });
});

test('the public key in C holds the bytes of its DER', () => {
  const { publicPem } = generateKeyPair('ecdsa-p256');
  const text = publicKeyInC(publicPem);
  const bytes = [...text.matchAll(/0x([0-9a-f]{2}),/g)].map(([, hex]) => hex).join('');
  const der = Buffer.from(publicPem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString('hex');
  assert.equal(bytes, der);
  assert.match(text, new RegExp(`ecdsa_pub_key_len = ${der.length / 2};`));
});
