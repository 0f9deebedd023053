import { LABELS, TIC_MODES, type TicLabel, type TicMode } from '../../packages/core/src/tic/index.ts';
import { fill, table } from './markdown.ts';

const HEAD = ['Label', 'Characters', 'Form', 'Unit', 'Time', 'Phase', 'Sent by', 'Meaning', 'Section'];

/** The label tables of docs/spec/tic.md, from the table that the decoders use. */
export function ticReference(document: string): string {
  return TIC_MODES.reduce((text, mode) => fill(text, mode, `\n${tableOf(mode)}\n`), document);
}

function tableOf(mode: TicMode): string {
  return table(HEAD, LABELS.filter((label) => label.mode === mode).map(row));
}

function row(label: TicLabel): string[] {
  const { name, size, form, unit, isDated, phase, sentBy, meaning, section } = label;
  const time = isDated ? 'yes' : '';
  return [name, String(size), form, unit, time, phase === 0 ? '' : String(phase), sentBy, meaning, section];
}
