export {
  alignColumns,
  alignLabels,
  formatCount,
  formatDuration,
  formatEnergy,
  formatLocal,
  formatUtc,
} from './format.ts';
export { type Progress, progressBar } from './progress.ts';
export { type Output, type Style, styleFor } from './style.ts';
