export { type CollectedDump, CoreDumpCollector } from './collect.ts';
export { type FailedThread, failedThread, likelyReturns } from './describe.ts';
export {
  type CoreDump,
  type CoreDumpFault,
  type MemoryRegion,
  parseCoreDump,
} from './parse.ts';
export type { Registers } from './registers.ts';
export { type CoreDumpTarget, TARGETS } from './targets.ts';
