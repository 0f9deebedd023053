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
}

/** Part of the power hue's strength in its min–max band. */
export const BAND_ALPHA = 0.18;

const PROPERTIES: Readonly<Record<keyof Palette, string>> = {
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
  return Object.fromEntries(entries) as Record<keyof Palette, string>;
}

/** Calls back when the reader's light or dark preference changes; returns how to stop. */
export function watchPalette(onChange: (palette: Palette) => void): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const tell = (): void => onChange(readPalette());
  query.addEventListener('change', tell);
  return () => query.removeEventListener('change', tell);
}
