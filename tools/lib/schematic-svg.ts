// Symbols of a schematic as SVG: places are where wires end.

const INK = '#1f2933';
const FAINT = '#5b6773';
const HEAT = '#0f6e6e';

export function wire(...points: readonly (readonly [number, number])[]): string {
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join('');
  return `<path d="${path}" fill="none" stroke="${INK}" stroke-width="1.4"/>`;
}

export function dot(...points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3" fill="${INK}"/>`).join('');
}

export function text(
  x: number,
  y: number,
  words: string,
  options: { anchor?: string; isFaint?: boolean } = {},
): string {
  const { anchor = 'start', isFaint = false } = options;
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${isFaint ? FAINT : INK}">${words}</text>`;
}

/** A name and a value beside a part. */
function named(x: number, y: number, ref: string, value: string): string {
  return text(x, y - 2, ref) + text(x, y + 13, value, { isFaint: true });
}

/** Upright, from `top` to `bottom`. */
export function resistor(
  x: number,
  top: number,
  bottom: number,
  [ref, value]: readonly [string, string],
): string {
  const middle = (top + bottom) / 2;
  const box = `<rect x="${x - 6}" y="${middle - 16}" width="12" height="32" fill="#fff" stroke="${INK}" stroke-width="1.4"/>`;
  return wire([x, top], [x, bottom]) + box + named(x + 12, middle, ref, value);
}

/** Lying, from `left` to `right`. */
export function resistorAcross(
  left: number,
  right: number,
  y: number,
  [ref, value]: readonly [string, string],
): string {
  const middle = (left + right) / 2;
  const box = `<rect x="${middle - 16}" y="${y - 6}" width="32" height="12" fill="#fff" stroke="${INK}" stroke-width="1.4"/>`;
  return (
    wire([left, y], [right, y]) +
    box +
    text(middle, y - 12, ref, { anchor: 'middle' }) +
    text(middle, y + 22, value, { anchor: 'middle', isFaint: true })
  );
}

export function capacitor(
  x: number,
  top: number,
  bottom: number,
  [ref, value]: readonly [string, string],
): string {
  const middle = (top + bottom) / 2;
  return (
    wire([x, top], [x, middle - 4]) +
    wire([x, middle + 4], [x, bottom]) +
    `<path d="M${x - 11} ${middle - 4}h22M${x - 11} ${middle + 4}h22" stroke="${INK}" stroke-width="2"/>` +
    named(x + 14, middle, ref, value)
  );
}

/** Upright; current goes up. A Zener's bar has hooks. */
export function diodeUp(
  x: number,
  top: number,
  bottom: number,
  part: { name: string; isZener?: boolean },
): string {
  const middle = (top + bottom) / 2;
  const bar = part.isZener === true ? `M${x - 12} ${middle - 3}l4 -5h16l4 -5` : `M${x - 8} ${middle - 8}h16`;
  return (
    wire([x, top], [x, bottom]) +
    `<path d="M${x} ${middle - 8}l8 14h-16z" fill="${INK}"/><path d="${bar}" stroke="${INK}" stroke-width="2" fill="none"/>` +
    text(x + 14, middle + 4, part.name)
  );
}

/** Lying; current goes to the left. */
export function lampAcross(left: number, right: number, y: number, name: string): string {
  const middle = (left + right) / 2;
  return (
    wire([left, y], [right, y]) +
    `<path d="M${middle - 8} ${y}l14 -8v16z" fill="${INK}"/><path d="M${middle - 8} ${y - 8}v16" stroke="${INK}" stroke-width="2"/>` +
    `<path d="M${middle - 4} ${y - 13}l-6 -8m0 5v-5h5M${middle + 6} ${y - 13}l-6 -8m0 5v-5h5" stroke="${HEAT}" fill="none"/>` +
    text(middle, y + 22, name, { anchor: 'middle' })
  );
}

export interface ChipPin {
  readonly side: 'left' | 'right' | 'top' | 'bottom';
  /** Along the side, on the sheet. */
  readonly at: number;
  readonly name: string;
}

export function chip(
  box: { x: number; y: number; width: number; height: number },
  [ref, value]: readonly [string, string],
  pins: readonly ChipPin[],
): string {
  const { x, y, width, height } = box;
  const places = {
    left: (at: number) => ({ x: x + 6, y: at + 4, anchor: 'start' }),
    right: (at: number) => ({ x: x + width - 6, y: at + 4, anchor: 'end' }),
    top: (at: number) => ({ x: at, y: y + 15, anchor: 'middle' }),
    bottom: (at: number) => ({ x: at, y: y + height - 6, anchor: 'middle' }),
  };
  const names = pins.map(({ side, at, name }) => {
    const place = places[side](at);
    return text(place.x, place.y, name, { anchor: place.anchor, isFaint: true });
  });
  return (
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="3" fill="#f4f7f8" stroke="${INK}" stroke-width="1.6"/>` +
    names.join('') +
    text(x + width / 2, y - 20, ref, { anchor: 'middle' }) +
    text(x + width / 2, y - 6, value, { anchor: 'middle', isFaint: true })
  );
}

export function ground(x: number, y: number): string {
  return `<path d="M${x - 9} ${y}h18M${x - 5} ${y + 4}h10M${x - 2} ${y + 8}h4" stroke="${INK}" stroke-width="1.6"/>`;
}

/** A net's name at the end of a wire that goes up. */
export function flag(x: number, y: number, name: string): string {
  return `<path d="M${x - 9} ${y}h18" stroke="${HEAT}" stroke-width="2"/><text x="${x}" y="${y - 6}" text-anchor="middle" fill="${HEAT}">${name}</text>`;
}

export function terminal(x: number, y: number, name: string): string {
  return `<circle cx="${x}" cy="${y}" r="6" fill="#fff" stroke="${INK}" stroke-width="1.6"/>${text(x - 12, y + 5, name, { anchor: 'end' })}`;
}

export function sheet(
  size: { width: number; height: number; title: string },
  parts: readonly string[],
): string {
  const { width, height, title } = size;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13" role="img">
<title>${title}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="40" y="32" font-size="17" fill="${INK}">${title}</text>
${parts.join('\n')}
</svg>
`;
}
