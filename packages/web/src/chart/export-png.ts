import { webError } from '../errors.ts';
import type { Room } from '../state/room.ts';
import type { Palette } from './palette.ts';

const HEAD_PX = 56;
const PAD_PX = 20;
/** A link to the picture must outlive the click that follows it. */
const LINK_MS = 60_000;

/** Saves what the curve shows as a picture, with what it is and when above it. */
export function savePicture(room: Room, curve: HTMLCanvasElement, palette: Palette): void {
  const ratio = devicePixelRatio;
  const canvas = document.createElement('canvas');
  canvas.width = curve.width + 2 * PAD_PX * ratio;
  canvas.height = curve.height + (HEAD_PX + PAD_PX) * ratio;
  const context = canvas.getContext('2d');
  if (context === null) throw webError('web/no-canvas');
  context.fillStyle = palette.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'top';
  context.fillStyle = palette.text;
  context.font = `600 ${16 * ratio}px ${palette.font}`;
  context.fillText(`${room.site.name} · ${room.series.name}`, PAD_PX * ratio, 12 * ratio);
  context.fillStyle = palette.textSoft;
  context.font = `${12 * ratio}px ${palette.font}`;
  const { format } = room;
  const { fromMs, toMs } = room.model.range.get();
  const when = `${format.instant(fromMs)} – ${format.instant(toMs)} (${room.site.zone})`;
  const what = [
    format.strings.chartLabel,
    ...(room.hasCumulative.get() ? [format.strings.cumulativeLegend] : []),
  ];
  context.fillText(`${when} · ${what.join(' · ')}`, PAD_PX * ratio, 34 * ratio);
  context.drawImage(curve, PAD_PX * ratio, HEAD_PX * ratio);
  const name = `${room.series.name} ${format.instant(fromMs)}.png`.replace(/[^\p{L}\p{N}.+-]+/gu, '-');
  canvas.toBlob((blob) => {
    if (blob !== null) download(blob, name);
  }, 'image/png');
}

function download(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), LINK_MS);
}
