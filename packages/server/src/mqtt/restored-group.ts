import { labelOf, type PassedGroup, type TicLabel } from '@kilowink/core/tic';

const HORODATE = /^[EHeh ]\d{12}$/;

/** A group out of a value that a program made of it: zeros that were taken away are put back. */
export function restoredGroup(name: string, value: unknown, horodate: unknown = null): PassedGroup | null {
  const label = labelOf(name.toUpperCase());
  if (label === undefined) return null;
  const time = typeof horodate === 'string' && HORODATE.test(horodate) ? horodate : null;
  if (label.isDated && time === null) return null;
  if (label.form === 'none') return { label: label.name, raw: '', horodate: time };
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  return { label: label.name, raw: padded(label, String(value)), horodate: label.isDated ? time : null };
}

function padded({ form, size }: TicLabel, text: string): string {
  if (text.length >= size) return text;
  switch (form) {
    case 'text':
      return text.padEnd(size, ' ');
    case 'code':
    case 'option':
      return text.padEnd(size, '.');
    case 'number':
    case 'identity':
    case 'hex':
    case 'status':
    case 'relays':
      return text.padStart(size, '0');
    case 'mark':
    case 'profile':
    case 'none':
      return text;
  }
}
