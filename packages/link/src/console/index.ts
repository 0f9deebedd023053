export { type ConsoleLine, openConsole } from './console-line.ts';
export { LineSplitter } from './line-splitter.ts';
export { openTelnet } from './telnet-line.ts';
