/** Where text goes: a stream, and whether somebody sees it. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Text with weight and colour where the output is a terminal, plain elsewhere. */
export interface Style {
  strong(text: string): string;
  faint(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  fault(text: string): string;
}

/** Colour is for terminals only, and not where the user asked for none (https://no-color.org). */
export function styleFor(output: Output): Style {
  const isColoured = output.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  const paint = (code: number, end: number) => (text: string) =>
    isColoured ? `\x1b[${code}m${text}\x1b[${end}m` : text;
  return {
    strong: paint(1, 22),
    faint: paint(2, 22),
    good: paint(36, 39),
    warning: paint(33, 39),
    fault: paint(31, 39),
  };
}
