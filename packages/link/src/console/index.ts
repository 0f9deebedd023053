export { openConsole } from './console-line.ts';
export type { ConsoleLine } from './line.ts';
export { LineSplitter } from './line-splitter.ts';
export { openTelnet } from './telnet-line.ts';
