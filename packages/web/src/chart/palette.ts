/** The page's colours as the canvas needs them, read from the style sheet's custom properties. */
export interface Palette {
  readonly background: string;
  readonly text: string;
  readonly textSoft: string;
  readonly hairline: string;
  readonly power: string;
  readonly cumulative: string;
  readonly offPeak: string;
  readonly offPeakText: string;
  readonly hatch: string;
  readonly amber: string;
  readonly font: string;
  /** How much larger than usual the reader has set letters, as a factor. */
  readonly textScale: number;
}

/** Part of the power hue's strength in its min–max band. */
export const BAND_ALPHA = 0.18;

/** What browsers set letters in unless the reader says otherwise. */
const TEXT_PX = 16;

const PROPERTIES: Readonly<Record<Exclude<keyof Palette, 'textScale'>, string>> = {
  background: '--background',
  text: '--text',
  textSoft: '--text-soft',
  hairline: '--hairline',
  power: '--power',
  cumulative: '--cumulative',
  offPeak: '--off-peak',
  offPeakText: '--off-peak-text',
  hatch: '--hatch',
  amber: '--amber',
  font: '--font',
};

/** The colours in force now. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const entries = Object.entries(PROPERTIES).map(([name, property]) => [
    name,
    style.getPropertyValue(property).trim(),
  ]);
  const colours = Object.fromEntries(entries) as Record<keyof typeof PROPERTIES, string>;
  return { ...colours, textScale: Number.parseFloat(style.fontSize) / TEXT_PX };
}

/** Calls back when the reader's preference of light, dark or forced colours changes; returns how to stop. */
export function watchPalette(onChange: (palette: Palette) => void): () => void {
  const queries = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
    matchMedia(query),
  );
  const tell = (): void => onChange(readPalette());
  for (const query of queries) query.addEventListener('change', tell);
  return () => {
    for (const query of queries) query.removeEventListener('change', tell);
  };
}
