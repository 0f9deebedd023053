const HEAD_BYTES = 1_024;

const SIGNATURES: readonly [bytes: readonly number[], what: string][] = [
  [[0xd0, 0xcf, 0x11, 0xe0], 'found an old workbook (XLS): save it as XLSX or CSV'],
  [[0x25, 0x50, 0x44, 0x46], 'found a PDF document'],
  [[0x89, 0x50, 0x4e, 0x47], 'found a picture'],
];

/** What a file is that is no table at all; a web page is told apart, for it is what a login leaves behind. */
export interface OtherFile {
  readonly isWebPage: boolean;
  /** For people. */
  readonly what: string;
}

/** What a file is that is no table at all; null where it may be one. */
export function otherFile(bytes: Uint8Array): OtherFile | null {
  const known = SIGNATURES.find(([signature]) => signature.every((byte, index) => bytes[index] === byte));
  const what = known?.[1] ?? otherText(bytes);
  return what === null ? null : { isWebPage: what.startsWith(WEB_PAGE), what };
}

const WEB_PAGE = 'found a web page';

function otherText(bytes: Uint8Array): string | null {
  const head = decodeText(bytes.subarray(0, HEAD_BYTES))
    .replace(/^\ufeff/, '')
    .trimStart();
  const first = head.split(/[\r\n]/, 1)[0]?.slice(0, 60) ?? '';
  if (/^<(!doctype html|html|head|body)/i.test(head) || /^<[\s\S]*<html/i.test(head))
    return `${WEB_PAGE} ("${first}"): the page of the login was saved in place of the file`;
  if (head.startsWith('<?xml')) return `found XML ("${first}"): ask for CSV or XLSX`;
  if (/^[{[]\s*["{[]/.test(head)) return `found JSON ("${first}"): ask for CSV or XLSX`;
  return null;
}

/** UTF-16 where a mark or every other byte says so, UTF-8 where the bytes are that, else what is written on Windows. */
export function decodeText(bytes: Uint8Array): string {
  const wide = wideEncoding(bytes);
  if (wide !== null) return new TextDecoder(wide).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = bytes.subarray(0, HEAD_BYTES);
  const zeros = [0, 1].map((odd) => head.filter((byte, index) => index % 2 === odd && byte === 0).length);
  const [even = 0, odd = 0] = zeros;
  if (odd > head.length / 4 && even === 0) return 'utf-16le';
  return even > head.length / 4 && odd === 0 ? 'utf-16be' : null;
}
